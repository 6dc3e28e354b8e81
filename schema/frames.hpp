#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schema/messages.hpp"
#include "schema/notice.hpp"
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

/// Events encoded once, as they are stored and published: the arrays of section 6, one behind the other.
struct PackedEvents {
  /// Offsets count from a multiple of this, so that what came within one step can be joined as it is.
  static constexpr std::uint64_t kTimeStepMs = 128;
  /// An offset of more would take a third byte.
  static constexpr std::uint64_t kOffsetMsMax = 255;

  TimeMs time;  ///< the offsets count from here
  std::uint32_t count = 0;
  std::size_t text_bytes = 0;
  Bytes bytes;

  /// Whether a text of so many bytes, stored at that time, keeps them within the limits of a batch.
  [[nodiscard]] bool has_space_for(std::size_t text_size, TimeMs at) const;
  /// Requires times that do not decrease.
  void append(ClientNumber client, Column column, std::string_view text, TimeMs at);
  /// Joins events that follow these; false when their offsets count from another time, or the limits of a
  /// batch would be exceeded.
  [[nodiscard]] bool append(const PackedEvents& next);
};
/// The events in `bytes`; a refusal when there are not exactly `count`.
[[nodiscard]] Result<std::vector<Event>> unpack(std::string_view bytes, std::size_t count, TimeMs time);

/// A Batch whose events are packed.
struct PackedBatch {
  Epoch epoch;
  std::string room;
  Sequence first;
  std::vector<NamedClient> names;
  PackedEvents events;
};

[[nodiscard]] std::string room_topic(std::string_view room);
[[nodiscard]] std::string notice_topic(std::string_view room);
inline constexpr std::string_view kTickTopic = "tick/";

[[nodiscard]] Bytes encode(const Batch& batch);
[[nodiscard]] Bytes encode(const PackedBatch& batch);
[[nodiscard]] Bytes encode(const Tick& tick);
[[nodiscard]] Bytes encode(const Notice& notice);

[[nodiscard]] Result<Batch> decode_batch(std::string_view body);
[[nodiscard]] Result<Tick> decode_tick(std::string_view body);
[[nodiscard]] Result<Notice> decode_notice(std::string_view body);

/// As reply::Said on the talk port, which is where private rooms are heard.
[[nodiscard]] Bytes encode_said(const PackedBatch& batch);

}  // namespace palabre
