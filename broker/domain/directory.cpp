#include "broker/domain/directory.hpp"

namespace palabre::broker {

RoomNumber Directory::find_room(std::string_view name) const {
  for (std::size_t i = 0; i < rooms.size(); ++i) {
    if (rooms[i].name == name) return RoomNumber{static_cast<std::uint32_t>(i + 1)};
  }
  return {};
}

std::shared_ptr<const Directory> picture(const State& state) {
  auto directory = std::make_shared<Directory>();
  directory->epoch = state.epoch;
  directory->clients.reserve(state.roster.all().size());
  for (const auto& identity : state.roster.all()) {
    const ClientNumber client{static_cast<std::uint32_t>(directory->clients.size() + 1)};
    const auto& rooms = state.rooms.rooms_of(client);
    directory->clients.push_back({identity.name, identity.is_online(), {rooms.begin(), rooms.end()}});
  }
  directory->rooms.reserve(state.rooms.all().size());
  for (const auto& room : state.rooms.all()) {
    directory->rooms.push_back({room.name, {room.members.begin(), room.members.end()}});
  }
  return directory;
}

}  // namespace palabre::broker
