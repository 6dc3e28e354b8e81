#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "schema/keys.hpp"

namespace palabre {

/// Where a broker is, and what an invitation said of it.
struct TalkAddress {
  std::string text;       ///< tcp://HOST:PORT
  CurveKey broker = {};   ///< its public key; empty: not said
  std::string code = {};  ///< for a newcomer; empty: none
};

/// Why there is none: one sentence for people.
struct BadAddress {
  std::string sentence;
};

/// Reads an invitation, palabre://HOST:PORT#KEY; or tcp://HOST:PORT, HOST:PORT or HOST, whose port is then
/// the protocol's. An IPv6 address with a port stands in brackets.
[[nodiscard]] std::variant<TalkAddress, BadAddress> read_server(std::string_view server);

}  // namespace palabre
