#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "broker/domain/records.hpp"

/// Rooms as users call them, and as a store does: told apart without the broker's own code.
namespace palabre::broker::simulation {

[[nodiscard]] inline bool is_direct(std::string_view room) { return room.starts_with('@'); }
[[nodiscard]] inline bool is_private(std::string_view room) {
  return is_direct(room) || room.find('/') != std::string_view::npos;
}

[[nodiscard]] inline ClientNumber number_of(const Image& image, std::string_view user) {
  const auto found = std::ranges::find(image.clients, user, &Image::Client::name);
  return found == image.clients.end() ? ClientNumber{} : found->number;
}

/// What the store calls the room that `user` calls `room`.
[[nodiscard]] inline std::string stored_name(const Image& image, std::string_view user,
                                             const std::string& room) {
  if (!is_direct(room)) return room;
  const auto [low, high] = std::minmax({number_of(image, user), number_of(image, room.substr(1))});
  return "@" + std::to_string(low.value) + "-" + std::to_string(high.value);
}

/// Null when there is none.
[[nodiscard]] inline const Image::Room* find_room(const Image& image, std::string_view user,
                                                  const std::string& room) {
  const auto found = std::ranges::find(image.rooms, stored_name(image, user, room), &Image::Room::name);
  return found == image.rooms.end() ? nullptr : &*found;
}

/// Whether `user` may read what is said in the room that he calls so.
[[nodiscard]] inline bool may_read(const Image& image, std::string_view user, const std::string& room) {
  if (!is_private(room)) return true;
  const auto* found = find_room(image, user, room);
  return found != nullptr &&
         std::ranges::find(found->members, number_of(image, user)) != found->members.end();
}

}  // namespace palabre::broker::simulation
