#include "schema/invitation.hpp"

#include "tests/fuzz/targets/target.hpp"

// An invitation as somebody pasted it.
void palabre::fuzz::take(std::string_view input) {
  const auto read = read_invitation(input);
  if (!read) return;
  demand(read->broker.size() == kKeyBytes, "an invitation has a whole key");
  demand(read->place.find('#') == std::string::npos, "a place ends where the key begins");
  const auto again = read_invitation(text_of(*read));
  demand(again.has_value(), "an invitation that was read is read again");
  demand(again->place == read->place && again->broker == read->broker && again->code == read->code,
         "an invitation stays as it is");
}
