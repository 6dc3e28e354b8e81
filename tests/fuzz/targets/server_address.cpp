#include "client/server_address.hpp"

#include "tests/fuzz/targets/target.hpp"

// A server as somebody typed it.
void palabre::fuzz::take(std::string_view input) {
  const auto read = read_server(input);
  const auto* address = std::get_if<TalkAddress>(&read);
  if (address == nullptr) {
    demand(!std::get<BadAddress>(read).sentence.empty(), "what is no server has a reason");
    return;
  }
  demand(address->text.starts_with("tcp://"), "an address is one of libzmq's");
  demand(address->text.find_first_of(" \t\r\n;*") == std::string::npos, "an address is a single one");
  const auto again = read_server(address->text);
  demand(std::holds_alternative<TalkAddress>(again), "an address that was read is read again");
  demand(std::get<TalkAddress>(again).text == address->text, "an address stays as it is");
}
