#include "broker/domain/rooms.hpp"

#include <utility>

namespace palabre::broker {

RoomNumber Rooms::find(std::string_view name) const {
  const auto found = by_name_.find(std::string(name));
  return found == by_name_.end() ? RoomNumber{} : found->second;
}

RoomNumber Rooms::add(std::string name, Sequence head) {
  const RoomNumber number{static_cast<std::uint32_t>(rooms_.size() + 1)};
  by_name_.emplace(name, number);
  rooms_.push_back({std::move(name), head, {}});
  return number;
}

void Rooms::join(RoomNumber room, ClientNumber client) {
  rooms_.at(room.value - 1).members.insert(client);
  memberships_[client].insert(room);
}

void Rooms::leave(RoomNumber room, ClientNumber client) {
  rooms_.at(room.value - 1).members.erase(client);
  memberships_[client].erase(room);
}

bool Rooms::is_member(RoomNumber room, ClientNumber client) const { return rooms_of(client).contains(room); }

const std::set<RoomNumber>& Rooms::rooms_of(ClientNumber client) const {
  static const std::set<RoomNumber> kNone;
  const auto found = memberships_.find(client);
  return found == memberships_.end() ? kNone : found->second;
}

std::vector<RoomHead> Rooms::heads_of(ClientNumber client) const {
  std::vector<RoomHead> heads;
  for (const auto room : rooms_of(client)) heads.push_back({at(room).name, at(room).head});
  return heads;
}

}  // namespace palabre::broker
