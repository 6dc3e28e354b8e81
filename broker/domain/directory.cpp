#include "broker/domain/directory.hpp"

#include <utility>

namespace palabre::broker {

RoomNumber Directory::find_room(ClientNumber reader, std::string_view name) const {
  if (room_kind(name) == RoomKind::direct) return find_direct(reader, name);
  const auto found = by_name_->find(name);
  if (found == by_name_->end() || !may_read(reader, found->second)) return {};
  return found->second;
}

RoomNumber Directory::find_direct(ClientNumber reader, std::string_view name) const {
  const auto former = former_names_->find(person_in(name));
  const auto present =
      former == former_names_->end() ? std::string(name) : direct_room(at(former->second).name);
  for (const auto room : at(reader).rooms) {
    if (at(room).kind == RoomKind::direct && name_for(reader, room) == present) return room;
  }
  return {};
}

std::string Directory::name_for(ClientNumber reader, RoomNumber room) const {
  if (at(room).kind != RoomKind::direct) return at(room).name;
  const auto& members = at(room).members;
  auto other = members.next({1});
  if (other == reader) other = members.next(reader.next());
  // Who talks to himself is at both ends.
  return direct_room(at(other ? other : reader).name);
}

ClientNumber Directory::find_client(std::string_view name) const {
  for (ClientNumber client{1}; has(client); client = client.next()) {
    if (at(client).name == name) return client;
  }
  const auto former = former_names_->find(name);
  return former == former_names_->end() ? ClientNumber{} : former->second;
}

std::vector<std::string> Directory::former_names_of(ClientNumber client) const {
  std::vector<std::string> names;
  for (const auto& [name, bearer] : *former_names_) {
    if (bearer == client && name != at(client).name) names.push_back(name);
  }
  return names;
}

std::shared_ptr<const Directory> Directory::after(const State& state, const Touched& touched) const {
  auto next = std::make_shared<Directory>(*this);
  ++next->edition_;
  next->epoch_ = state.epoch;
  next->clients_.grow(state.roster.all().size());
  next->add_rooms(state.rooms);
  next->add_former_names(state.roster);
  for (const auto client : touched.clients) next->show(client, state);
  for (const auto& [room, client] : touched.memberships) {
    auto& shown = next->rooms_.change(room.value - 1, next->edition_);
    shown.members.set(client, state.rooms.is_member(room, client), next->edition_);
    const auto& standings = state.rooms.at(room).standings;
    if (!standings.empty())
      shown.standings = std::make_shared<const std::map<ClientNumber, Standing>>(standings);
  }
  return next;
}

void Directory::add_rooms(const Rooms& rooms) {
  const auto& all = rooms.all();
  if (all.size() == rooms_.size()) return;
  std::shared_ptr<Numbers> numbers;
  auto added = rooms_.size();
  rooms_.grow(all.size());
  for (; added < all.size(); ++added) {
    auto& shown = rooms_.change(added, edition_);
    shown.name = all[added].name;
    shown.kind = all[added].kind;
    if (shown.kind == RoomKind::open) ++open_rooms_;
    // Direct rooms may be many, and are found among those of the reader.
    if (shown.kind == RoomKind::direct) continue;
    if (!numbers) numbers = std::make_shared<Numbers>(*by_name_);
    numbers->emplace(shown.name, static_cast<std::uint32_t>(added + 1));
  }
  if (numbers) by_name_ = std::move(numbers);
}

void Directory::add_former_names(const Roster& roster) {
  const auto& names = roster.former_names();
  if (names.size() != former_names_->size()) former_names_ = std::make_shared<const Roster::Names>(names);
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
  for (const auto& found : state.rooms.all()) {
    room = room.next();
    for (const auto member : found.members) everything.memberships.push_back({room, member});
  }
  return Directory().after(state, everything);
}

}  // namespace palabre::broker
