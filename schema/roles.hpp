#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace palabre {

/// What a member of a closed room may do, from least to most (schema/README.md, section 13).
enum class Role : std::uint8_t {
  reader,     ///< reads
  voice,      ///< reads and posts
  moderator,  ///< and invites, mutes, sends away voices and readers
  owner,      ///< and gives roles; there is one
};

/// What is done to somebody in a closed room.
enum class Moderation : std::uint8_t { invite, role, kick, mute, unmute, ban, unban };

[[nodiscard]] std::string_view name_of(Role role);
[[nodiscard]] std::string_view name_of(Moderation action);
[[nodiscard]] std::optional<Role> role_named(std::string_view name);
[[nodiscard]] std::optional<Moderation> moderation_named(std::string_view name);

}  // namespace palabre
