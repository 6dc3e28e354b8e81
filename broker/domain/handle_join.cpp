#include <optional>

#include "broker/domain/handle.hpp"
#include "broker/domain/make_room.hpp"
#include "broker/domain/room_views.hpp"
#include "schema/limits.hpp"

namespace palabre::broker {
namespace {

/// Why a client that is no member may not become one; nothing when he may.
std::optional<Refusal> refuse_joining(const State& state, RoomNumber room, ClientNumber client) {
  // Whoever is not invited learns no more than of a room that is not there.
  if (state.rooms.at(room).kind == RoomKind::closed && state.rooms.at(room).standing(client) == nullptr) {
    return refuse(RefusalCode::no_such_room);
  }
  return refuse_membership(state, client);
}

std::optional<Refusal> enter(const Turn& turn, RoomNumber room, ClientNumber client) {
  if (turn.state.rooms.is_member(room, client)) return std::nullopt;
  if (auto refusal = refuse_joining(turn.state, room, client)) return refusal;
  add_member(turn, room, client);
  turn.notify(room, {NoticeKind::joined, client, turn.state.roster.at(client).name});
  return std::nullopt;
}

}  // namespace

void handle(const Turn& turn, command::Join join) {
  const auto client = join.origin.client;
  const auto found = find_room(turn.state, client, join.room);
  auto room = found ? Result<RoomNumber>(found) : make_room(turn, client, join.room);
  if (!room) return turn.answer(join.origin, room.refusal());
  if (auto refusal = enter(turn, *room, client)) return turn.answer(join.origin, std::move(*refusal));
  turn.answer(join.origin,
              reply::Joined{name_for(turn.state, *room, client), turn.state.rooms.at(*room).head, !found});
}

}  // namespace palabre::broker
