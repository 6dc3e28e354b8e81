#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <vector>

#include "broker/domain/ports.hpp"

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
  [[nodiscard]] TimeMs time_of(RoomNumber room, Sequence sequence);

  SQLite::Database& database_;
  SQLite::Statement page_;
  SQLite::Statement newest_;
  SQLite::Statement row_;
  SQLite::Statement recent_row_;
  SQLite::Statement columns_;
};

}  // namespace palabre::broker
