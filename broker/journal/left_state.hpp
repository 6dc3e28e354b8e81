#pragma once

#include <filesystem>

#include "broker/domain/durability.hpp"

namespace SQLite {
class Database;
}

namespace palabre::broker {

/// Whether the write-ahead log of a database has anything in it. To be asked before SQLite opens the
/// database, because it makes or removes the file.
[[nodiscard]] bool has_log(const std::filesystem::path& database);

/// Whether a broker has left the store open, so that its log must be there.
[[nodiscard]] bool is_left_open(SQLite::Database& database);

/// Notes in the store that a broker serves it from now on. Before that, looks how the last one left it: a
/// store that was not closed and whose log is gone has lost what was acknowledged last, which is refused
/// (StoreUnusable); one that was kept in memory until the machine went down may have, and gets a new epoch.
/// A full disk lets the note be missing.
void take_over(SQLite::Database& database, const std::filesystem::path& path, bool has_log,
               Durability durability);

/// Notes that the store is whole without its log. The last thing before it is closed.
void note_closed(SQLite::Database& database);

}  // namespace palabre::broker
