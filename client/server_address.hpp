#pragma once

#include <string>
#include <string_view>
#include <variant>

namespace palabre {

/// A talk address as ClientOptions wants it: tcp://HOST:PORT.
struct TalkAddress {
  std::string text;
};

/// Why there is none: one sentence for people.
struct BadAddress {
  std::string sentence;
};

/// Reads tcp://HOST:PORT, HOST:PORT or HOST, whose port is then the protocol's. An IPv6 address with a port
/// stands in brackets.
[[nodiscard]] std::variant<TalkAddress, BadAddress> read_server(std::string_view server);

}  // namespace palabre
