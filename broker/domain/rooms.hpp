#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "broker/domain/records.hpp"
#include "schema/messages.hpp"
#include "schema/room_names.hpp"

namespace palabre::broker {

/// One room: its members, and how many messages its timeline has.
struct Room {
  std::string name;  ///< as stored: a direct room's has its two clients' numbers
  RoomKind kind = RoomKind::open;
  Sequence head;
  std::set<ClientNumber> members;                   ///< of a direct room: both, for ever
  std::map<ClientNumber, Standing> standings = {};  ///< of a closed room
  std::uint64_t moderations = 0;                    ///< so many are noted
  ClientNumber made_by = {};                        ///< 0: nobody who is known

  /// Where somebody stands in a closed room, with a ban counted as nowhere; null: nowhere.
  [[nodiscard]] const Standing* standing(ClientNumber client) const;
};

/// How the store calls the room between two clients, who may be one: no client can say this name.
[[nodiscard]] std::string direct_name(ClientNumber one, ClientNumber other);
/// The kind of a room by its stored name.
[[nodiscard]] RoomKind kind_of_stored(std::string_view name);

/// All rooms by number, and who is a member of which. Membership lasts until it is given up or taken.
class Rooms {
 public:
  /// The number behind a stored name, 0 when there is no such room.
  [[nodiscard]] RoomNumber find(std::string_view name) const;
  /// Requires a number that was given.
  [[nodiscard]] const Room& at(RoomNumber room) const { return rooms_.at(room.value - 1); }
  [[nodiscard]] const std::vector<Room>& all() const { return rooms_; }
  [[nodiscard]] std::size_t count(RoomKind kind) const;
  /// How many a client has made, be it in them or not.
  [[nodiscard]] std::size_t count_made(ClientNumber client, RoomKind kind) const;

  RoomNumber add(std::string name, Sequence head = {}, ClientNumber made_by = {});
  void join(RoomNumber room, ClientNumber client);
  void leave(RoomNumber room, ClientNumber client);
  [[nodiscard]] bool is_member(RoomNumber room, ClientNumber client) const;
  /// Whether a client may read what is said in a room, and know that it is there.
  [[nodiscard]] bool may_read(RoomNumber room, ClientNumber client) const {
    return at(room).kind == RoomKind::open || is_member(room, client);
  }
  /// The rooms a client is a member of, by number.
  [[nodiscard]] const std::set<RoomNumber>& rooms_of(ClientNumber client) const;
  /// How many direct rooms a client is in.
  [[nodiscard]] std::size_t direct_rooms_of(ClientNumber client) const;
  /// How many of them others have begun.
  [[nodiscard]] std::size_t direct_rooms_received(ClientNumber client) const;

  /// Requires a closed room.
  void set_standing(RoomNumber room, ClientNumber client, const std::optional<Standing>& standing);
  void set_moderations(RoomNumber room, std::uint64_t count) { change(room).moderations = count; }

  /// Takes the next `count` places of the room's timeline, and returns the first.
  Sequence take(RoomNumber room, std::size_t count) {
    auto& head = change(room).head;
    const auto first = head.next();
    head = head.plus(count);
    return first;
  }

 private:
  Room& change(RoomNumber room) { return rooms_.at(room.value - 1); }

  std::vector<Room> rooms_;
  std::map<RoomKind, std::size_t> counts_;
  std::map<std::pair<ClientNumber, RoomKind>, std::size_t> made_;
  std::unordered_map<std::string, RoomNumber> by_name_;
  std::unordered_map<ClientNumber, std::set<RoomNumber>> memberships_;
};

}  // namespace palabre::broker
