#pragma once

#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/domain/records.hpp"
#include "schema/messages.hpp"

namespace palabre::broker {

/// One room: its members, and how many messages its timeline has.
struct Room {
  std::string name;
  Sequence head;
  std::set<ClientNumber> members;
};

/// All rooms by number, and who is a member of which. Membership lasts until it is given up.
class Rooms {
 public:
  /// The number behind a name, 0 when there is no such room.
  [[nodiscard]] RoomNumber find(std::string_view name) const;
  /// Requires a number that was given.
  [[nodiscard]] const Room& at(RoomNumber room) const { return rooms_.at(room.value - 1); }
  [[nodiscard]] const std::vector<Room>& all() const { return rooms_; }

  RoomNumber add(std::string name, Sequence head = {});
  void join(RoomNumber room, ClientNumber client);
  void leave(RoomNumber room, ClientNumber client);
  [[nodiscard]] bool is_member(RoomNumber room, ClientNumber client) const;
  /// The rooms a client is a member of, by number.
  [[nodiscard]] const std::set<RoomNumber>& rooms_of(ClientNumber client) const;
  [[nodiscard]] std::vector<RoomHead> heads_of(ClientNumber client) const;

  /// Takes the next `count` places of the room's timeline, and returns the first.
  Sequence take(RoomNumber room, std::size_t count) {
    auto& head = rooms_.at(room.value - 1).head;
    const auto first = head.next();
    head = head.plus(count);
    return first;
  }

 private:
  std::vector<Room> rooms_;
  std::unordered_map<std::string, RoomNumber> by_name_;
  std::unordered_map<ClientNumber, std::set<RoomNumber>> memberships_;
};

}  // namespace palabre::broker
