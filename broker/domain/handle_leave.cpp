#include "broker/domain/handle.hpp"

namespace palabre::broker {

void handle(const Turn& turn, command::Leave leave) {
  auto& [state, outcome, now] = turn;
  const auto client = leave.origin.client;
  const auto room = state.rooms.find(leave.room);
  if (!room) return turn.answer(leave.origin, refuse(RefusalCode::no_such_room));
  if (room == kLobby) {
    return turn.answer(leave.origin, refuse(RefusalCode::not_allowed, "nobody leaves the lobby"));
  }
  if (state.rooms.is_member(room, client)) {
    state.rooms.leave(room, client);
    outcome.records.emplace_back(record::Left{room, client, now});
    turn.notify(room, NoticeKind::left, client);
    outcome.touched.touch(room, client);
  }
  turn.answer(leave.origin, reply::Left{leave.room});
}

}  // namespace palabre::broker
