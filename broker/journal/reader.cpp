#include "broker/journal/reader.hpp"

#include <sqlite3.h>

#include <string>

#include "broker/journal/execution.hpp"
#include "broker/journal/stored_standing.hpp"

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

}  // namespace

Reader::Reader(const std::filesystem::path& path)
    : database_(opened(path)),
      segments_(database_),
      moderations_(database_, std::string("SELECT ") + kModerationColumns +
                                  " FROM moderation WHERE room = ? AND number >= ? ORDER BY number LIMIT ?") {
}

std::vector<record::Moderated> Reader::moderations(RoomNumber room, std::uint64_t number, std::size_t count) {
  Execution read(moderations_, room, static_cast<std::int64_t>(number), static_cast<std::int64_t>(count));
  std::vector<record::Moderated> moderations;
  while (read.next()) moderations.push_back(stored_moderation(read));
  return moderations;
}

}  // namespace palabre::broker
