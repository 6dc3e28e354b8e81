#include "broker/domain/directory.hpp"

#include <utility>

namespace palabre::broker {

RoomNumber Directory::find_room(std::string_view name) const {
  const auto found = by_name_->find(name);
  return found == by_name_->end() ? RoomNumber{} : found->second;
}

ClientNumber Directory::find_client(std::string_view name) const {
  for (ClientNumber client{1}; has(client); client = client.next()) {
    if (at(client).name == name) return client;
  }
  return {};
}

std::shared_ptr<const Directory> Directory::after(const State& state, const Touched& touched) const {
  auto next = std::make_shared<Directory>(*this);
  ++next->edition_;
  next->epoch_ = state.epoch;
  next->clients_.grow(state.roster.all().size());
  next->add_rooms(state.rooms);
  for (const auto client : touched.clients) next->show(client, state);
  for (const auto& [room, client] : touched.memberships) {
    auto& members = next->rooms_.change(room.value - 1, next->edition_).members;
    members.set(client, state.rooms.is_member(room, client), next->edition_);
  }
  return next;
}

void Directory::add_rooms(const Rooms& rooms) {
  const auto& all = rooms.all();
  if (all.size() == rooms_.size()) return;
  auto numbers = std::make_shared<Numbers>(*by_name_);
  auto added = rooms_.size();
  rooms_.grow(all.size());
  for (; added < all.size(); ++added) {
    rooms_.change(added, edition_).name = all[added].name;
    numbers->emplace(all[added].name, static_cast<std::uint32_t>(added + 1));
  }
  by_name_ = std::move(numbers);
}

void Directory::show(ClientNumber client, const State& state) {
  const auto& identity = state.roster.at(client);
  const auto& rooms = state.rooms.rooms_of(client);
  auto& shown = clients_.change(client.value - 1, edition_);
  shown.name = identity.name;
  shown.key = identity.proof.key;
  shown.ban = identity.ban;
  shown.is_online = identity.is_online();
  shown.rooms.assign(rooms.begin(), rooms.end());
}

std::shared_ptr<const Directory> picture(const State& state) {
  Touched everything;
  for (std::size_t i = 1; i <= state.roster.all().size(); ++i) {
    everything.clients.push_back({static_cast<std::uint32_t>(i)});
  }
  RoomNumber room;
  for (const auto& [name, head, members] : state.rooms.all()) {
    room = room.next();
    for (const auto member : members) everything.memberships.push_back({room, member});
  }
  return Directory().after(state, everything);
}

}  // namespace palabre::broker
