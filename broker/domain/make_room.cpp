#include "broker/domain/make_room.hpp"

#include "schema/limits.hpp"

namespace palabre::broker {
namespace {

RoomNumber add_room(const Turn& turn, ClientNumber client, const std::string& stored_name) {
  const auto room = turn.state.rooms.add(stored_name);
  turn.outcome.records.emplace_back(record::RoomMade{room, stored_name, client, turn.now});
  add_member(turn, room, client);
  return room;
}

Result<RoomNumber> make_named(const Turn& turn, ClientNumber client, const std::string& name) {
  const auto& state = turn.state;
  const bool is_closed = room_kind(name) == RoomKind::closed;
  // Whether somebody else has made it is nothing to him.
  if (is_closed && person_in(name) != state.roster.at(client).name) return refuse(RefusalCode::no_such_room);
  if (state.rooms.named() >= limits::kRoomsMax) {
    return refuse(RefusalCode::too_many, "this broker takes no more rooms");
  }
  if (auto refusal = refuse_membership(state, client)) return std::move(*refusal);
  const auto room = add_room(turn, client, name);
  if (is_closed) turn.set_standing(room, client, Standing{Role::owner});
  turn.notify(room, {NoticeKind::joined, client, state.roster.at(client).name});
  return room;
}

Result<RoomNumber> make_direct(const Turn& turn, ClientNumber client, const std::string& name) {
  const auto& state = turn.state;
  const auto other = state.roster.find(person_in(name));
  if (!other) return refuse(RefusalCode::no_such_client, "nobody has that name");
  for (const auto end : {client, other}) {
    if (state.rooms.direct_rooms_of(end) >= limits::kDirectRoomsMax) {
      return refuse(RefusalCode::too_many, state.roster.at(end).name + " talks to too many people already");
    }
  }
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
