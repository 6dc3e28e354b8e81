#pragma once

#include "broker/domain/records.hpp"

namespace SQLite {
class Database;
}

namespace palabre::broker {

/// Reads what the domain needs to go on. Seeks for the end of each row and timeline instead of reading
/// messages, so its time grows with clients and rooms only. Throws JournalFailure when numbers have a hole.
[[nodiscard]] Image read_image(SQLite::Database& database);

}  // namespace palabre::broker
