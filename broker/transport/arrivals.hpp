#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "broker/session/session.hpp"

namespace palabre::broker {

/// What the router received in one wake-up, by client, so that each session gets its share at once. Keeps its
/// room from one wake-up to the next.
class Arrivals {
 public:
  /// Requires a client.
  void add(ClientNumber client, ConnectionId connection, std::string_view request);

  /// Calls `deliver(client, requests)` once for each client that something came from, with its requests in
  /// the order in which they came, and is empty afterwards.
  template <class Deliver>
  void hand_over(Deliver&& deliver) {
    for (std::size_t i = 0; i < used_; ++i) {
      auto& [client, requests] = groups_[i];
      deliver(client, std::span<RequestFrame>(requests));
      requests.clear();
      group_of_[client.value] = 0;
    }
    used_ = 0;
  }

 private:
  struct Group {
    ClientNumber client;
    std::vector<RequestFrame> requests;
  };
  Group& group_of(ClientNumber client);

  std::vector<Group> groups_;  ///< the first `used_` hold something
  std::size_t used_ = 0;
  std::vector<std::uint32_t> group_of_;  ///< by client number: its group, counted from 1, or 0
};

}  // namespace palabre::broker
