#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include "broker/domain/segment.hpp"
#include "broker/journal/execution.hpp"

namespace palabre::broker {

/// Stores segments and where in them each matrix row goes on. Within the caller's transaction; throws
/// SQLite::Exception.
class SegmentWriter {
 public:
  explicit SegmentWriter(SQLite::Database& database)
      : segment_(database,
                 "INSERT INTO segment (place, count, time, last_at, events) VALUES (?, ?, ?, ?, ?)"),
        row_(database,
             R"sql(INSERT INTO row_index (client, "column", count, place) VALUES (?, ?, ?, ?))sql") {}

  void insert(const Segment& segment) {
    const Place place(segment.room, segment.first);
    const auto& events = segment.events;
    Execution(segment_, place, std::int64_t{events.count}, events.time, segment.last_at, Blob{events.bytes})
        .run();
    for (const auto& [client, column, count] : segment.rows) {
      Execution(row_, client, column, std::int64_t{count}, place).run();
    }
  }

 private:
  SQLite::Statement segment_;
  SQLite::Statement row_;
};

}  // namespace palabre::broker
