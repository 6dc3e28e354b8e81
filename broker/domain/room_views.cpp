#include "broker/domain/room_views.hpp"

#include <algorithm>
#include <iterator>

namespace palabre::broker {

RoomNumber find_room(const State& state, ClientNumber asker, std::string_view name) {
  if (!is_direct_room(name)) return state.rooms.find(name);
  const auto other = state.roster.find(person_in(name));
  return other ? state.rooms.find(direct_name(asker, other)) : RoomNumber{};
}

std::string name_for(const State& state, RoomNumber room, ClientNumber reader) {
  const auto& found = state.rooms.at(room);
  if (found.kind != RoomKind::direct) return found.name;
  // Who talks to himself is at both ends.
  const auto other = std::ranges::find_if(found.members, [reader](ClientNumber it) { return it != reader; });
  return direct_room(state.roster.at(other == found.members.end() ? reader : *other).name);
}

std::vector<RoomHead> heads_for(const State& state, ClientNumber client) {
  std::vector<RoomHead> heads;
  for (const auto room : state.rooms.rooms_of(client)) {
    heads.push_back({name_for(state, room, client), state.rooms.at(room).head});
  }
  return heads;
}

std::vector<ConnectionId> connections_in(const State& state, RoomNumber room) {
  std::vector<ConnectionId> connections;
  for (const auto member : state.rooms.at(room).members) {
    std::ranges::copy(state.roster.at(member).connections, std::back_inserter(connections));
  }
  return connections;
}

}  // namespace palabre::broker
