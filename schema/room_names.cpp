#include "schema/room_names.hpp"

#include "schema/limits.hpp"
#include "schema/text.hpp"

namespace palabre {
namespace {

constexpr char kDirect = '@';
constexpr char kBehindOwner = '/';

constexpr std::string_view kFirstCharacters = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view kCharacters = "abcdefghijklmnopqrstuvwxyz0123456789_-";

bool is_open(std::string_view text) {
  return !text.empty() && text.size() <= limits::kRoomBytesMax &&
         kFirstCharacters.find(text.front()) != text.npos && text.find_first_not_of(kCharacters) == text.npos;
}

}  // namespace

std::optional<RoomKind> room_kind(std::string_view room) {
  if (is_open(room)) return RoomKind::open;
  if (room.starts_with(kDirect))
    return is_name(room.substr(1)) ? std::optional(RoomKind::direct) : std::nullopt;
  const auto end = room.find(kBehindOwner);
  if (end == std::string_view::npos || !is_name(room.substr(0, end)) || !is_open(room.substr(end + 1))) {
    return std::nullopt;
  }
  return RoomKind::closed;
}

std::string_view person_in(std::string_view room) {
  return room.starts_with(kDirect) ? room.substr(1) : room.substr(0, room.find(kBehindOwner));
}

std::string direct_room(std::string_view name) { return kDirect + std::string(name); }

}  // namespace palabre
