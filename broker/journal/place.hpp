#pragma once

#include <cstdint>

#include "broker/domain/records.hpp"

namespace palabre::broker {

/// A sequence of a room as one integer, the key of the segment that begins there. As SQLite's own row number
/// it costs no index, and a room's segments lie side by side in the order of their sequences.
struct Place {
  std::int64_t value = 0;

  static constexpr int kSequenceBits = 40;

  constexpr Place(RoomNumber room, Sequence sequence)
      : value((std::int64_t{room.value} << kSequenceBits) + static_cast<std::int64_t>(sequence.value)) {}
  constexpr explicit Place(std::int64_t stored) : value(stored) {}

  [[nodiscard]] constexpr RoomNumber room() const {
    return {static_cast<std::uint32_t>(value >> kSequenceBits)};
  }
  [[nodiscard]] constexpr Sequence sequence() const {
    return {static_cast<std::uint64_t>(value) & kSequenceMax};
  }

  static constexpr std::uint64_t kSequenceMax = (std::uint64_t{1} << kSequenceBits) - 1;
  /// The bounds between which all segments of a room lie.
  [[nodiscard]] static constexpr Place first_of(RoomNumber room) { return {room, {0}}; }
  [[nodiscard]] static constexpr Place last_of(RoomNumber room) { return {room, {kSequenceMax}}; }
};

}  // namespace palabre::broker
