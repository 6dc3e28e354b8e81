#include "broker/domain/handle.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "broker/domain/room_views.hpp"

namespace palabre::broker {

void Turn::notify(RoomNumber room, NoticeEvent what) const {
  const auto& [name, kind, head, members, standings, moderations, made_by] = state.rooms.at(room);
  if (kind == RoomKind::open) {
    outcome.effects.emplace_back(effect::Notify{name, std::move(what)});
    return;
  }
  if (kind == RoomKind::direct) return notify_both(room, what);
  auto connections = connections_in(state, room);
  if (!members.contains(what.client)) {
    std::ranges::copy(state.roster.at(what.client).connections, std::back_inserter(connections));
  }
  outcome.effects.emplace_back(effect::NotifyMembers{std::move(connections), name, std::move(what)});
}

void Turn::notify_both(RoomNumber room, const NoticeEvent& what) const {
  for (const auto member : state.rooms.at(room).members) {
    outcome.effects.emplace_back(
        effect::NotifyMembers{state.roster.at(member).connections, name_for(state, room, member), what});
  }
}

void Turn::set_standing(RoomNumber room, ClientNumber client, const std::optional<Standing>& standing) const {
  state.rooms.set_standing(room, client, standing);
  outcome.records.emplace_back(record::StandingChanged{room, client, standing});
  outcome.touched.touch(room, client);
}

void Turn::end_membership(RoomNumber room, ClientNumber client) const {
  state.rooms.leave(room, client);
  outcome.records.emplace_back(record::Left{room, client, now});
  outcome.touched.touch(room, client);
}

}  // namespace palabre::broker
