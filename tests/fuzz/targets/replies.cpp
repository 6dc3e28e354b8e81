#include "schema/codec.hpp"
#include "tests/fuzz/targets/target.hpp"

// A reply from any bytes, as a client reads it.
void palabre::fuzz::take(std::string_view input) {
  const auto decoded = decode_reply(input);
  if (!decoded) return;
  const auto frame = encode(decoded->id, decoded->body);
  const auto again = decode_reply(frame);
  demand(again.ok(), "a reply that was taken is taken again");
  demand(again->id == decoded->id, "a reply keeps its number");
  demand(encode(again->id, again->body) == frame, "a reply keeps its meaning");
}
