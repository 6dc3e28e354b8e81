#include "broker/journal/reader.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "broker/journal/execution.hpp"
#include "schema/limits.hpp"

namespace palabre::broker {
namespace {

/// A database that a person's shell works on is busy for a moment.
constexpr int kBusyTimeoutMs = 5000;

SQLite::Database opened(const std::filesystem::path& path) {
  SQLite::Database database(path.string(), SQLite::OPEN_READONLY | SQLite::OPEN_NOMUTEX, kBusyTimeoutMs);
  // Only the writing connection checkpoints; not even the last reader to go does.
  sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  database.exec("PRAGMA wal_autocheckpoint = 0");
  return database;
}

std::int64_t row_bound(std::size_t count) {
  return static_cast<std::int64_t>(std::min<std::uint64_t>(count, limits::kIntegerMax));
}

/// Collects what `make` reads from each row until the text of a reply is used up; the first always fits.
template <class Stored, class Make>
std::vector<Stored> bounded(Execution& read, Make make) {
  std::vector<Stored> taken;
  std::size_t bytes = 0;
  while (read.next()) {
    Stored stored = make();
    bytes += stored.text.size();
    if (!taken.empty() && bytes > limits::kEventsTextBytesMax) break;
    taken.push_back(std::move(stored));
  }
  return taken;
}

}  // namespace

Reader::Reader(const std::filesystem::path& path)
    : database_(opened(path)),
      page_(prepared(R"sql(SELECT client, "column", at, text FROM message
                           WHERE room = ? AND sequence >= ? ORDER BY sequence LIMIT ?)sql")),
      head_(prepared("SELECT max(sequence) FROM message WHERE room = ?")),
      time_(prepared("SELECT at FROM message WHERE room = ? AND sequence = ?")),
      row_(prepared(R"sql(SELECT "column", room, sequence, at, text FROM message
                          WHERE client = ? AND "column" >= ? ORDER BY "column" LIMIT ?)sql")),
      columns_(prepared(R"sql(SELECT max("column") FROM message WHERE client = ?)sql")) {}

std::vector<Archive::StoredEvent> Reader::page(RoomNumber room, Sequence from, std::size_t count) {
  Execution read(page_, room, from, row_bound(count));
  return bounded<Archive::StoredEvent>(read, [&] {
    return Archive::StoredEvent{read.number<ClientNumber>(0), read.number<Column>(1), read.number<TimeMs>(2),
                                read.text(3)};
  });
}

Sequence Reader::head(RoomNumber room) {
  Execution read(head_, room);
  return read.next() ? read.number<Sequence>(0) : Sequence{};
}

/// Times never decrease along a timeline, so it is halved again and again; an index by time would cost every
/// post.
Sequence Reader::first_since(RoomNumber room, TimeMs time) {
  Sequence first{1};
  Sequence end = head(room).next();
  while (first < end) {
    const Sequence middle{first.value + (end.value - first.value) / 2};
    if (time_of(room, middle) < time) {
      first = middle.next();
    } else {
      end = middle;
    }
  }
  return first;
}

std::vector<Archive::StoredCell> Reader::row(ClientNumber client, Column from, std::size_t count) {
  Execution read(row_, client, from, row_bound(count));
  return bounded<Archive::StoredCell>(read, [&] {
    return Archive::StoredCell{read.number<Column>(0), read.number<RoomNumber>(1), read.number<Sequence>(2),
                               read.number<TimeMs>(3), read.text(4)};
  });
}

Column Reader::columns(ClientNumber client) {
  Execution read(columns_, client);
  return read.next() ? read.number<Column>(0) : Column{};
}

TimeMs Reader::time_of(RoomNumber room, Sequence sequence) {
  Execution read(time_, room, sequence);
  if (!read.next()) throw JournalFailure("the store is damaged: a room's sequences have a hole");
  return read.number<TimeMs>(0);
}

}  // namespace palabre::broker
