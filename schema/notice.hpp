#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/ids.hpp"
#include "schema/roles.hpp"

/// What happened to somebody, told to who watches a room: on the feed, or on the talk port for a private one.
namespace palabre {

/// From `invited` on in closed rooms only, in the order of Moderation.
enum class NoticeKind : std::uint8_t {
  came,
  went,
  joined,
  left,
  rekeyed,
  renamed,
  invited,
  role,
  kicked,
  muted,
  unmuted,
  banned,
  unbanned,
  unknown
};

struct NoticeEvent {
  NoticeKind kind = NoticeKind::unknown;
  ClientNumber client;
  std::string name;
  std::string by = {};            ///< who did it; empty: nobody else
  std::string reason = {};        ///< in his words; empty: none given
  TimeMs until = {};              ///< when a mute ends
  std::optional<Role> role = {};  ///< which one is given
  std::string was = {};           ///< of who was renamed: the name before
  friend bool operator==(const NoticeEvent&, const NoticeEvent&) = default;
};

struct Notice {
  std::string room;
  TimeMs time;
  std::vector<NoticeEvent> events;
  friend bool operator==(const Notice&, const Notice&) = default;
};

[[nodiscard]] std::string_view name_of(NoticeKind kind);
/// What is told of a moderation.
[[nodiscard]] NoticeKind notice_of(Moderation action);

}  // namespace palabre
