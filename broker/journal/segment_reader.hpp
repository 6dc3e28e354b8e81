#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <vector>

#include "broker/domain/ports.hpp"
#include "broker/journal/place.hpp"

namespace palabre::broker {

/// Reads messages out of the segments of one connection, and lives on that connection's thread. The functions
/// promise what Archive's do. They throw SQLite::Exception, and JournalFailure for a segment that cannot be
/// read.
class SegmentReader {
 public:
  explicit SegmentReader(SQLite::Database& database);

  [[nodiscard]] std::vector<Archive::StoredEvent> page(RoomNumber room, Sequence from, std::size_t count);
  [[nodiscard]] Sequence head(RoomNumber room);
  /// When the room's last message was stored, 0 when it is empty.
  [[nodiscard]] TimeMs last_at(RoomNumber room);
  [[nodiscard]] Sequence first_since(RoomNumber room, TimeMs time);
  [[nodiscard]] std::vector<Archive::StoredCell> row(ClientNumber client, Column from, std::size_t count);
  [[nodiscard]] Column columns(ClientNumber client);

 private:
  /// Where a row goes on: `count` cells from `column` on are in the segment at `place`.
  struct Stretch {
    Column column;
    std::size_t count;
    Place place;
  };

  [[nodiscard]] TimeMs time_of(RoomNumber room, Sequence sequence);
  /// Of the row from a column on, in its order, at least as many as hold `count` cells.
  [[nodiscard]] std::vector<Stretch> stretches(ClientNumber client, Column from, std::size_t count);
  [[nodiscard]] std::vector<Event> segment_at(Place place);

  SQLite::Database& database_;
  SQLite::Statement page_;
  SQLite::Statement newest_;
  SQLite::Statement segment_;
  SQLite::Statement indexed_;
  SQLite::Statement recent_;
  SQLite::Statement columns_;
};

}  // namespace palabre::broker
