#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schema/messages.hpp"
#include "schema/result.hpp"

/// Feed messages to and from bytes: topics and bodies of schema/README.md, section 6.
namespace palabre {

struct Tick {
  Epoch epoch;
  std::uint64_t number = 0;  ///< counts on from a random number at the broker's start
  TimeMs time;
  std::vector<RoomHead> heads;  ///< of the rooms that changed since the tick before
  friend bool operator==(const Tick&, const Tick&) = default;
};

enum class NoticeKind : std::uint8_t { came, went, joined, left, unknown };

struct NoticeEvent {
  NoticeKind kind = NoticeKind::unknown;
  ClientNumber client;
  std::string name;
  friend bool operator==(const NoticeEvent&, const NoticeEvent&) = default;
};

struct Notice {
  std::string room;
  TimeMs time;
  std::vector<NoticeEvent> events;
  friend bool operator==(const Notice&, const Notice&) = default;
};

[[nodiscard]] std::string room_topic(std::string_view room);
[[nodiscard]] std::string notice_topic(std::string_view room);
inline constexpr std::string_view kTickTopic = "tick/";

[[nodiscard]] std::string_view name_of(NoticeKind kind);

[[nodiscard]] Bytes encode(const Batch& batch);
[[nodiscard]] Bytes encode(const Tick& tick);
[[nodiscard]] Bytes encode(const Notice& notice);

[[nodiscard]] Result<Batch> decode_batch(std::string_view body);
[[nodiscard]] Result<Tick> decode_tick(std::string_view body);
[[nodiscard]] Result<Notice> decode_notice(std::string_view body);

}  // namespace palabre
