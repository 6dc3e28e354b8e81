#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "broker/domain/state.hpp"

/// Rooms as one client sees them: a direct room is called after whoever is at the other end.
namespace palabre::broker {

/// The room that `asker` calls so, whether he may read it or not; 0 when there is none.
[[nodiscard]] RoomNumber find_room(const State& state, ClientNumber asker, std::string_view name);
/// What `reader`, who is in it if it is direct, calls a room.
[[nodiscard]] std::string name_for(const State& state, RoomNumber room, ClientNumber reader);
/// The rooms that a client is a member of, by number.
[[nodiscard]] std::vector<RoomHead> heads_for(const State& state, ClientNumber client);
/// All connections of a room's members.
[[nodiscard]] std::vector<ConnectionId> connections_in(const State& state, RoomNumber room);

}  // namespace palabre::broker
