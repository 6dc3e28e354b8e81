#pragma once

#include <string>
#include <string_view>

#include "schema/codec.hpp"
#include "tests/bench/load/zmtp.hpp"

/// What everybody who loads palabre says in the same way.
namespace palabre::bench {

inline constexpr std::string_view kLobby = "lobby";
inline constexpr std::string_view kToken = "a-token-of-the-load-program";

inline void write_request(std::string& out, RequestId id, const Request& request) {
  const auto frame = encode(id, request);
  write_zmtp_header(out, frame.size());
  out += frame;
}

inline Request hello_of(const std::string& name) {
  return request::Hello{limits::kProtocolVersion, name, std::string(kToken)};
}

}  // namespace palabre::bench
