#include "broker/domain/rooms.hpp"

#include <algorithm>
#include <utility>

namespace palabre::broker {

const Standing* Room::standing(ClientNumber client) const {
  const auto found = standings.find(client);
  return found == standings.end() || found->second.is_banned ? nullptr : &found->second;
}

std::string direct_name(ClientNumber one, ClientNumber other) {
  const auto [low, high] = std::minmax(one, other);
  return direct_room(std::to_string(low.value) + "-" + std::to_string(high.value));
}

RoomKind kind_of_stored(std::string_view name) { return room_kind(name).value_or(RoomKind::direct); }

RoomNumber Rooms::find(std::string_view name) const {
  const auto found = by_name_.find(std::string(name));
  return found == by_name_.end() ? RoomNumber{} : found->second;
}

std::size_t Rooms::count(RoomKind kind) const {
  const auto found = counts_.find(kind);
  return found == counts_.end() ? 0 : found->second;
}

std::size_t Rooms::count_made(ClientNumber client, RoomKind kind) const {
  const auto found = made_.find({client, kind});
  return found == made_.end() ? 0 : found->second;
}

RoomNumber Rooms::add(std::string name, Sequence head, ClientNumber made_by) {
  const RoomNumber number{static_cast<std::uint32_t>(rooms_.size() + 1)};
  const auto kind = kind_of_stored(name);
  ++counts_[kind];
  if (made_by) ++made_[{made_by, kind}];
  by_name_.emplace(name, number);
  rooms_.push_back({.name = std::move(name), .kind = kind, .head = head, .members = {}, .made_by = made_by});
  return number;
}

void Rooms::join(RoomNumber room, ClientNumber client) {
  change(room).members.insert(client);
  memberships_[client].insert(room);
}

void Rooms::leave(RoomNumber room, ClientNumber client) {
  change(room).members.erase(client);
  memberships_[client].erase(room);
}

bool Rooms::is_member(RoomNumber room, ClientNumber client) const { return rooms_of(client).contains(room); }

const std::set<RoomNumber>& Rooms::rooms_of(ClientNumber client) const {
  static const std::set<RoomNumber> kNone;
  const auto found = memberships_.find(client);
  return found == memberships_.end() ? kNone : found->second;
}

std::size_t Rooms::direct_rooms_of(ClientNumber client) const {
  const auto count = std::ranges::count_if(
      rooms_of(client), [this](RoomNumber room) { return at(room).kind == RoomKind::direct; });
  return static_cast<std::size_t>(count);
}

std::size_t Rooms::direct_rooms_received(ClientNumber client) const {
  const auto count = std::ranges::count_if(rooms_of(client), [this, client](RoomNumber room) {
    return at(room).kind == RoomKind::direct && at(room).made_by != client;
  });
  return static_cast<std::size_t>(count);
}

void Rooms::set_standing(RoomNumber room, ClientNumber client, const std::optional<Standing>& standing) {
  if (standing) {
    change(room).standings.insert_or_assign(client, *standing);
  } else {
    change(room).standings.erase(client);
  }
}

}  // namespace palabre::broker
