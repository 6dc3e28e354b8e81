#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <filesystem>
#include <vector>

#include "broker/domain/ports.hpp"

namespace palabre::broker {

/// One read-only connection to the store with its statements. Lives on one thread at a time. A page or a row
/// comes from one statement, so it shows one state of the store. The functions promise what Archive's do and
/// throw SQLite::Exception.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& path);
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  [[nodiscard]] std::vector<Archive::StoredEvent> page(RoomNumber room, Sequence from, std::size_t count);
  [[nodiscard]] Sequence head(RoomNumber room);
  [[nodiscard]] Sequence first_since(RoomNumber room, TimeMs time);
  [[nodiscard]] std::vector<Archive::StoredCell> row(ClientNumber client, Column from, std::size_t count);
  [[nodiscard]] Column columns(ClientNumber client);

 private:
  [[nodiscard]] TimeMs time_of(RoomNumber room, Sequence sequence);
  [[nodiscard]] SQLite::Statement prepared(const char* sql) { return {database_, sql}; }

  SQLite::Database database_;
  SQLite::Statement page_;
  SQLite::Statement head_;
  SQLite::Statement time_;
  SQLite::Statement row_;
  SQLite::Statement columns_;
};

}  // namespace palabre::broker
