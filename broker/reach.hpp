#pragma once

#include <cstdint>
#include <string>

namespace palabre::broker {

/// Who can reach what listens on an address.
enum class Reach : std::uint8_t { loopback, network, not_an_address };

/// Of a numeric IPv4 or IPv6 address, without brackets.
[[nodiscard]] Reach reach_of(const std::string& address);

}  // namespace palabre::broker
