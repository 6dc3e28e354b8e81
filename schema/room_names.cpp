#include "schema/room_names.hpp"

#include <algorithm>

#include "schema/limits.hpp"
#include "schema/text.hpp"

namespace palabre {
namespace {

constexpr char kBehindOwner = '/';

constexpr bool may_be_first(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
constexpr bool may_follow(char c) { return may_be_first(c) || c == '_' || c == '-'; }

bool is_open(std::string_view text) {
  return !text.empty() && text.size() <= limits::kRoomBytesMax && may_be_first(text.front()) &&
         std::ranges::all_of(text, may_follow);
}

}  // namespace

std::optional<RoomKind> room_kind(std::string_view room) {
  if (is_open(room)) return RoomKind::open;
  if (is_direct_room(room)) return is_name(room.substr(1)) ? std::optional(RoomKind::direct) : std::nullopt;
  const auto end = room.find(kBehindOwner);
  if (end == std::string_view::npos || !is_name(room.substr(0, end)) || !is_open(room.substr(end + 1))) {
    return std::nullopt;
  }
  return RoomKind::closed;
}

std::string_view person_in(std::string_view room) {
  return is_direct_room(room) ? room.substr(1) : room.substr(0, room.find(kBehindOwner));
}

std::string direct_room(std::string_view name) { return kBeforePerson + std::string(name); }

}  // namespace palabre
