#pragma once

#include <filesystem>

namespace SQLite {
class Database;
}

namespace palabre::broker {

/// Looks at every page, but into no text: damage is named before anybody is served by it. Takes some 0.1 s a
/// million messages. Throws StoreUnusable.
void refuse_broken_pages(SQLite::Database& database, const std::filesystem::path& path);

/// Compares how many messages the timelines have with how many the rows have: new numbers are given from
/// where those end. Throws StoreUnusable. Needs a store of the current version.
void refuse_wrong_counts(SQLite::Database& database, const std::filesystem::path& path);

}  // namespace palabre::broker
