#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "broker/journal/execution.hpp"

namespace palabre::broker {

/// A row of the table `segment`.
struct StoredSegment {
  Place place;
  std::int64_t count = 0;
  TimeMs time;     ///< what the events' times count from
  TimeMs last_at;  ///< of the last event
  std::string_view events;
};

/// The current row, whose columns from `column` on are place, count, time, last_at and events. Valid until
/// the next row.
[[nodiscard]] inline StoredSegment stored_segment(const Execution& read, int column) {
  return {read.place(column), read.integer(column + 1), read.number<TimeMs>(column + 2),
          read.number<TimeMs>(column + 3), read.bytes(column + 4)};
}

/// For sentences about damage.
[[nodiscard]] inline std::string describe(Place place) {
  return "the segment of room " + std::to_string(place.room().value) + " from sequence " +
         std::to_string(place.sequence().value) + " on";
}

}  // namespace palabre::broker
