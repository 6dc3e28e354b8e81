#include <optional>

#include "broker/domain/handle.hpp"
#include "broker/domain/room_views.hpp"

namespace palabre::broker {
namespace {

std::optional<Refusal> refuse_leaving(const State& state, RoomNumber room, ClientNumber client) {
  if (!room) return refuse(RefusalCode::no_such_room);
  if (room == kLobby) return refuse(RefusalCode::not_allowed, "nobody leaves the lobby");
  const auto& found = state.rooms.at(room);
  if (found.kind == RoomKind::direct) {
    return refuse(RefusalCode::not_allowed, "what was said between two cannot be left");
  }
  if (found.kind == RoomKind::open) return std::nullopt;
  const auto* standing = found.standing(client);
  if (standing == nullptr) return refuse(RefusalCode::no_such_room);
  if (standing->role == Role::owner) {
    return refuse(RefusalCode::not_allowed, "make somebody else the owner before you leave");
  }
  return std::nullopt;
}

}  // namespace

void handle(const Turn& turn, command::Leave leave) {
  auto& [state, outcome, now] = turn;
  const auto client = leave.origin.client;
  const auto room = find_room(state, client, leave.room);
  if (auto refusal = refuse_leaving(state, room, client))
    return turn.answer(leave.origin, std::move(*refusal));
  // Whoever leaves a closed room, or declines the invitation, comes back when he is invited anew.
  if (state.rooms.at(room).kind == RoomKind::closed) turn.set_standing(room, client, std::nullopt);
  if (state.rooms.is_member(room, client)) {
    turn.end_membership(room, client);
    turn.notify(room, {NoticeKind::left, client, state.roster.at(client).name});
  }
  turn.answer(leave.origin, reply::Left{leave.room});
}

}  // namespace palabre::broker
