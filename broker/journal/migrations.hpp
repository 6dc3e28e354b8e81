#pragma once

#include <filesystem>

namespace SQLite {
class Database;
}

namespace palabre::broker {

/// Brings an open database to the shape this program reads: a new file gets everything, the epoch and the
/// lobby included; an older one the steps it lacks; all in one transaction. Throws StoreUnusable, with
/// nothing changed, for a file that is not a palabre store or that a newer program wrote. `path` is for its
/// sentence.
void migrate(SQLite::Database& database, const std::filesystem::path& path);

/// Throws StoreUnusable unless the database is a palabre store of the version that this program writes: for
/// who only reads.
void require_current_store(SQLite::Database& database, const std::filesystem::path& path);

}  // namespace palabre::broker
