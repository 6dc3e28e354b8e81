#pragma once

#include <cstdint>
#include <unordered_map>

#include "broker/domain/connection.hpp"

namespace palabre::broker {

/// Which talk connections do not read what they asked for. libzmq bounds the replies that wait for one, not
/// their bytes, and never says how many they are; the kernel says how many have arrived. Lives on the
/// router's thread.
class ReplyBudget {
 public:
  explicit ReplyBudget(std::uint64_t bytes_max) : bytes_max_(bytes_max) {}

  /// A connection that was heard for the first time, on this descriptor of libzmq's.
  void open(ConnectionId connection, int descriptor);
  void close(ConnectionId connection) { flows_.erase(connection); }

  /// Whether one more reply may wait for it.
  [[nodiscard]] bool has_room(ConnectionId connection);
  void sent(ConnectionId connection, std::uint64_t bytes);

 private:
  struct Flow {
    int descriptor;
    std::uint64_t sent = 0;     ///< by us
    std::uint64_t arrived = 0;  ///< at the other side, when last asked
    std::uint64_t before = 0;   ///< had arrived before we counted
  };

  const std::uint64_t bytes_max_;
  std::unordered_map<ConnectionId, Flow> flows_;
};

}  // namespace palabre::broker
