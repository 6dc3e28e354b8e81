#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include "broker/domain/segment.hpp"
#include "broker/journal/checksum.hpp"
#include "broker/journal/execution.hpp"

namespace palabre::broker {

/// Stores segments. Within the caller's transaction; throws SQLite::Exception.
class SegmentWriter {
 public:
  explicit SegmentWriter(SQLite::Database& database)
      : segment_(
            database,
            "INSERT INTO segment (place, count, time, last_at, events, checksum) VALUES (?, ?, ?, ?, ?, ?)") {
  }

  void insert(const Segment& segment) {
    const auto& events = segment.events;
    const StoredSegment stored{Place(segment.room, segment.first), std::int64_t{events.count}, events.time,
                               segment.last_at, events.bytes};
    Execution(segment_, stored.place, stored.count, stored.time, stored.last_at, Blob{events.bytes},
              checksum_of(stored))
        .run();
  }

 private:
  SQLite::Statement segment_;
};

}  // namespace palabre::broker
