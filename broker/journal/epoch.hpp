#pragma once

#include "schema/ids.hpp"

namespace SQLite {
class Database;
}

namespace palabre::broker {

/// The name of a new life of a store, drawn at random. Throws StoreUnusable when the system gives no
/// randomness.
[[nodiscard]] Epoch random_epoch();

/// Begins a new life: whoever numbered sequences by the one before is told. Within the caller's transaction,
/// or one of its own.
void renew_epoch(SQLite::Database& database);

}  // namespace palabre::broker
