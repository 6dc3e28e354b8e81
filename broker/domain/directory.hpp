#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/domain/member_set.hpp"
#include "broker/domain/shared_vector.hpp"
#include "broker/domain/state.hpp"

namespace palabre::broker {

/// An immutable picture of identities, rooms and members, made by the recorder after a batch that changed
/// them; it shares with the one before it what stayed the same. Sessions on other threads decide their reads
/// on it alone.
class Directory {
 public:
  struct Client {
    std::string name;
    CurveKey key;                    ///< empty: none
    std::optional<std::string> ban;  ///< why the operator keeps it out, if he does
    bool is_online = false;
    std::vector<RoomNumber> rooms;  ///< by number
  };
  struct Room {
    std::string name;  ///< as stored
    RoomKind kind = RoomKind::open;
    MemberSet members;
    std::shared_ptr<const std::map<ClientNumber, Standing>> standings;  ///< of a closed one
  };

  [[nodiscard]] const Epoch& epoch() const { return epoch_; }
  [[nodiscard]] std::size_t clients() const { return clients_.size(); }
  [[nodiscard]] std::size_t rooms() const { return rooms_.size(); }
  /// How many of them the feed carries.
  [[nodiscard]] std::size_t open_rooms() const { return open_rooms_; }
  /// Requires a number that it has.
  [[nodiscard]] const Client& at(ClientNumber client) const { return clients_[client.value - 1]; }
  [[nodiscard]] const Room& at(RoomNumber room) const { return rooms_[room.value - 1]; }
  [[nodiscard]] bool has(ClientNumber client) const { return client && client.value <= clients(); }
  [[nodiscard]] bool has(RoomNumber room) const { return room && room.value <= rooms(); }
  /// The room that `reader` calls so. 0 when there is none, and when it is none of his business: nobody can
  /// tell the two apart. Whatever is read of a room, who is in it included, is read through here.
  [[nodiscard]] RoomNumber find_room(ClientNumber reader, std::string_view name) const;
  [[nodiscard]] bool may_read(ClientNumber reader, RoomNumber room) const {
    return at(room).kind == RoomKind::open || at(room).members.has(reader);
  }
  /// What `reader`, who is in it if it is direct, calls a room.
  [[nodiscard]] std::string name_for(ClientNumber reader, RoomNumber room) const;
  /// Whose name it is, or was; 0 when there is no such client. Looks through all of them.
  [[nodiscard]] ClientNumber find_client(std::string_view name) const;
  /// The names that a client gave up, but for its present one.
  [[nodiscard]] std::vector<std::string> former_names_of(ClientNumber client) const;

  /// The next picture: `state` has changed since this one in what is touched, and in nothing else.
  [[nodiscard]] std::shared_ptr<const Directory> after(const State& state, const Touched& touched) const;

 private:
  using Numbers = std::map<std::string, RoomNumber, std::less<>>;
  void add_rooms(const Rooms& rooms);
  void add_former_names(const Roster& roster);
  [[nodiscard]] RoomNumber find_direct(ClientNumber reader, std::string_view name) const;
  void show(ClientNumber client, const State& state);

  Epoch epoch_;
  std::uint64_t edition_ = 0;  ///< counts the pictures
  SharedVector<Client> clients_;
  SharedVector<Room> rooms_;
  std::size_t open_rooms_ = 0;
  std::shared_ptr<const Numbers> by_name_ = std::make_shared<const Numbers>();
  std::shared_ptr<const Roster::Names> former_names_ = std::make_shared<const Roster::Names>();
};

/// The first picture.
[[nodiscard]] std::shared_ptr<const Directory> picture(const State& state);

}  // namespace palabre::broker
