#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "broker/transport/tcp_connection.hpp"

namespace palabre::broker {

/// How many connections are open, by address and in all, against how many may be. Loopback has a bound of its
/// own: whoever is on this machine already can do worse, and crowds of local programs are honest.
class ConnectionCaps {
 public:
  struct Limits {
    std::size_t per_address;
    std::size_t per_loopback_address;
    std::size_t total;
  };
  enum class Answer : std::uint8_t { has_place, too_many_from_there, too_many };

  explicit ConnectionCaps(Limits limits) : limits_(limits) {}

  /// Counts a connection, whatever the answer: until it is gone, it holds a descriptor.
  [[nodiscard]] Answer came(const PeerAddress& address);
  void went(const PeerAddress& address);
  /// How many may be from there.
  [[nodiscard]] std::size_t most_from(const PeerAddress& address) const {
    return is_loopback(address) ? limits_.per_loopback_address : limits_.per_address;
  }

  [[nodiscard]] std::size_t total() const { return total_; }

 private:
  const Limits limits_;
  std::size_t total_ = 0;
  std::map<PeerAddress, std::size_t> open_;
};

}  // namespace palabre::broker
