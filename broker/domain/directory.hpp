#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "broker/domain/state.hpp"

namespace palabre::broker {

/// An immutable picture of identities, rooms and members, made by the recorder after a batch that changed
/// them. Sessions on other threads decide their reads on it alone.
struct Directory {
  struct Client {
    std::string name;
    bool is_online = false;
    std::vector<RoomNumber> rooms;  ///< by number
  };
  struct Room {
    std::string name;
    std::vector<ClientNumber> members;  ///< by number
  };
  Epoch epoch;
  std::vector<Client> clients;  ///< client n at n - 1
  std::vector<Room> rooms;      ///< room n at n - 1

  [[nodiscard]] const Client& at(ClientNumber client) const { return clients.at(client.value - 1); }
  [[nodiscard]] const Room& at(RoomNumber room) const { return rooms.at(room.value - 1); }
  [[nodiscard]] bool has(ClientNumber client) const { return client && client.value <= clients.size(); }
  [[nodiscard]] bool has(RoomNumber room) const { return room && room.value <= rooms.size(); }
  /// 0 when there is no such room.
  [[nodiscard]] RoomNumber find_room(std::string_view name) const;
};

[[nodiscard]] std::shared_ptr<const Directory> picture(const State& state);

}  // namespace palabre::broker
