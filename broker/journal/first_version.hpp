#pragma once

#include <SQLiteCpp/Database.h>

namespace palabre::broker {

/// Moves what is in the table `message` of a store of version 1 into the segments and indices of version 2.
/// Within the caller's transaction; throws SQLite::Exception.
void pack_messages(SQLite::Database& database);

}  // namespace palabre::broker
