#pragma once

namespace SQLite {
class Database;
}

namespace palabre::broker {

/// Gives every row that has none its checksum, as the step from the second version to the third does. Within
/// the caller's transaction. Throws SQLite::Exception.
void write_checksums(SQLite::Database& database);

}  // namespace palabre::broker
