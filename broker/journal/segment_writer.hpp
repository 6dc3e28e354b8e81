#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include "broker/domain/segment.hpp"
#include "broker/journal/execution.hpp"

namespace palabre::broker {

/// Stores segments. Within the caller's transaction; throws SQLite::Exception.
class SegmentWriter {
 public:
  explicit SegmentWriter(SQLite::Database& database)
      : segment_(database,
                 "INSERT INTO segment (place, count, time, last_at, events) VALUES (?, ?, ?, ?, ?)") {}

  void insert(const Segment& segment) {
    const auto& events = segment.events;
    Execution(segment_, Place(segment.room, segment.first), std::int64_t{events.count}, events.time,
              segment.last_at, Blob{events.bytes})
        .run();
  }

 private:
  SQLite::Statement segment_;
};

}  // namespace palabre::broker
