#include "broker/domain/handle.hpp"
#include "schema/limits.hpp"

namespace palabre::broker {

void handle(const Turn& turn, command::Join join) {
  auto& [state, outcome, now] = turn;
  const auto client = join.origin.client;
  auto room = state.rooms.find(join.room);
  const bool is_new = !room;
  if (is_new && state.rooms.all().size() >= limits::kRoomsMax) {
    return turn.answer(join.origin, refuse(RefusalCode::too_many, "this broker takes no more rooms"));
  }
  if (is_new || !state.rooms.is_member(room, client)) {
    if (state.rooms.rooms_of(client).size() >= limits::kMembershipsMax) {
      return turn.answer(join.origin, refuse(RefusalCode::too_many, "you are a member of too many rooms"));
    }
    if (is_new) {
      room = state.rooms.add(join.room);
      outcome.records.emplace_back(record::RoomMade{room, join.room, client, now});
    }
    state.rooms.join(room, client);
    outcome.records.emplace_back(record::Joined{room, client, now});
    turn.notify(room, NoticeKind::joined, client);
    outcome.touched.touch(room, client);
  }
  turn.answer(join.origin, reply::Joined{join.room, state.rooms.at(room).head, is_new});
}

}  // namespace palabre::broker
