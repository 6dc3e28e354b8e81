#pragma once

#include <cstdint>
#include <vector>

#include "broker/domain/records.hpp"
#include "schema/frames.hpp"

namespace palabre::broker {

/// Consecutive messages of one room, encoded once: the same bytes are stored and published.
struct Segment {
  /// Consecutive cells of one matrix row, all in this segment, though perhaps not side by side.
  struct RowStretch {
    ClientNumber client;
    Column column;  ///< of the first
    std::uint32_t count = 0;

    friend bool operator==(const RowStretch&, const RowStretch&) = default;
  };
  RoomNumber room;
  Sequence first;
  TimeMs last_at;  ///< of the last event
  std::vector<RowStretch> rows;
  PackedEvents events;
};

}  // namespace palabre::broker
