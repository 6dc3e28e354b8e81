#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What a room's name says of it (schema/README.md, section 13): who may hear what is said there hangs on
/// nothing else.
namespace palabre {

enum class RoomKind : std::uint8_t {
  open,    ///< `tea`: everybody reads it, and the feed carries it
  closed,  ///< `alice/tea`: made by alice, for those who are invited
  direct,  ///< `@bob`: between bob and whoever says this name
};

/// The kind of room that could have this name; nothing when no room could.
[[nodiscard]] std::optional<RoomKind> room_kind(std::string_view room);
[[nodiscard]] inline bool is_room(std::string_view text) { return room_kind(text).has_value(); }
/// Whether the feed may carry it. False for what is no room's name, too.
[[nodiscard]] inline bool is_open_room(std::string_view text) { return room_kind(text) == RoomKind::open; }

inline constexpr char kBeforePerson = '@';

/// Of which kind a room is that has this name. Requires the name of some room.
[[nodiscard]] inline bool is_direct_room(std::string_view room) { return room.starts_with(kBeforePerson); }

/// Who made a closed room, or is at the other end of a direct one. Requires such a name.
[[nodiscard]] std::string_view person_in(std::string_view room);
/// The name of the room between somebody and the client of that name, as that somebody says it.
[[nodiscard]] std::string direct_room(std::string_view name);

}  // namespace palabre
