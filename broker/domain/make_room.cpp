#include "broker/domain/make_room.hpp"

#include <algorithm>

#include "schema/limits.hpp"

namespace palabre::broker {
namespace {

RoomNumber add_room(const Turn& turn, ClientNumber client, const std::string& stored_name) {
  const auto room = turn.state.rooms.add(stored_name, {}, client);
  turn.outcome.records.emplace_back(record::RoomMade{room, stored_name, client, turn.now});
  add_member(turn, room, client);
  return room;
}

/// Why a client may make no other room of the kind; nothing when he may. Everybody can count open rooms, so
/// how many are one's to make may follow from how many are left. For closed ones that would tell how many
/// others have.
std::optional<Refusal> refuse_another(const State& state, ClientNumber client, RoomKind kind) {
  const auto taken = state.rooms.count(kind);
  if (taken >= limits::kRoomsMax) {
    return refuse(RefusalCode::too_many, "this broker takes no more rooms of this kind");
  }
  const auto share = (limits::kRoomsMax - taken) / limits::kOpenRoomsMadeShare;
  const auto most =
      kind == RoomKind::closed ? limits::kClosedRoomsMadeMax : std::max(limits::kOpenRoomsMadeMin, share);
  if (state.rooms.count_made(client, kind) < most) return std::nullopt;
  return refuse(RefusalCode::too_many, "you have made your share of rooms: the rest is for others");
}

Result<RoomNumber> make_named(const Turn& turn, ClientNumber client, const std::string& name) {
  const auto& state = turn.state;
  const auto kind = *room_kind(name);
  const bool is_closed = kind == RoomKind::closed;
  // Whether somebody else has made it is nothing to him.
  if (is_closed && person_in(name) != state.roster.at(client).name) return refuse(RefusalCode::no_such_room);
  if (auto refusal = refuse_another(state, client, kind)) return std::move(*refusal);
  if (auto refusal = refuse_membership(state, client)) return std::move(*refusal);
  const auto room = add_room(turn, client, name);
  if (is_closed) turn.set_standing(room, client, Standing{Role::owner});
  turn.notify(room, {NoticeKind::joined, client, state.roster.at(client).name});
  return room;
}

/// Nobody is in a closed room without having been invited, and having come: who shares one is no stranger.
bool share_closed_room(const Rooms& rooms, ClientNumber one, ClientNumber other) {
  return std::ranges::any_of(rooms.rooms_of(one), [&rooms, other](RoomNumber room) {
    return rooms.at(room).kind == RoomKind::closed && rooms.is_member(room, other);
  });
}

/// Why the first may not begin to talk to the other; nothing when he may. What others begin with somebody is
/// counted apart from what he begins, so that they cannot use that up.
std::optional<Refusal> refuse_direct(const State& state, ClientNumber client, ClientNumber other) {
  const auto& rooms = state.rooms;
  if (rooms.count_made(client, RoomKind::direct) >= limits::kDirectRoomsBegunMax) {
    return refuse(RefusalCode::too_many, "you have begun to talk to too many people already");
  }
  if (other == client) return std::nullopt;
  const auto most = share_closed_room(rooms, client, other) ? limits::kDirectRoomsReceivedMax
                                                            : limits::kDirectRoomsFromStrangersMax;
  if (rooms.direct_rooms_received(other) < most) return std::nullopt;
  const auto& name = state.roster.at(other).name;
  return refuse(RefusalCode::too_many, "no direct room with " + name + " can be made now");
}

Result<RoomNumber> make_direct(const Turn& turn, ClientNumber client, const std::string& name) {
  const auto& state = turn.state;
  const auto other = state.roster.find(person_in(name));
  if (!other) return refuse(RefusalCode::no_such_client, "nobody has that name");
  if (auto refusal = refuse_direct(state, client, other)) return std::move(*refusal);
  const auto room = add_room(turn, client, direct_name(client, other));
  if (other != client) add_member(turn, room, other);
  return room;
}

}  // namespace

Result<RoomNumber> make_room(const Turn& turn, ClientNumber client, const std::string& name) {
  return room_kind(name) == RoomKind::direct ? make_direct(turn, client, name)
                                             : make_named(turn, client, name);
}

void add_member(const Turn& turn, RoomNumber room, ClientNumber client) {
  turn.state.rooms.join(room, client);
  turn.outcome.records.emplace_back(record::Joined{room, client, turn.now});
  turn.outcome.touched.touch(room, client);
}

std::optional<Refusal> refuse_membership(const State& state, ClientNumber client) {
  const auto named = state.rooms.rooms_of(client).size() - state.rooms.direct_rooms_of(client);
  if (named < limits::kMembershipsMax) return std::nullopt;
  return refuse(RefusalCode::too_many, "you are a member of too many rooms");
}

}  // namespace palabre::broker
