#include "broker/journal/quick_check.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <string>

#include "broker/journal/data_directory.hpp"
#include "broker/journal/execution.hpp"

namespace palabre::broker {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& damage) {
  throw StoreUnusable("the store " + path.string() + " is damaged: " + damage +
                      " ('palabred check' names all of it, 'palabred repair' saves what can be saved)");
}

// A row or a timeline is whole when it has as many cells as its last number says.
constexpr const char* kRowWithAHole = R"sql(
  SELECT client FROM
    (SELECT client, "column", count FROM row_index UNION ALL SELECT client, "column", count FROM row_recent)
  GROUP BY client HAVING sum(count) <> max("column" + count - 1) OR min("column") <> 1 LIMIT 1)sql";
constexpr const char* kTimelineWithAHole = R"sql(
  SELECT place >> 40 AS room FROM segment
  GROUP BY room HAVING sum(count) <> max((place & 0xffffffffff) + count - 1) LIMIT 1)sql";
constexpr const char* kDifference = R"sql(
  SELECT ifnull((SELECT sum(count) FROM segment), 0) - ifnull((SELECT sum(count) FROM row_index), 0)
    - ifnull((SELECT sum(count) FROM row_recent), 0))sql";

}  // namespace

void refuse_broken_pages(SQLite::Database& database, const std::filesystem::path& path) {
  const auto found = database.execAndGet("PRAGMA quick_check(1)").getString();
  if (found != "ok") refuse(path, found);
}

void refuse_wrong_counts(SQLite::Database& database, const std::filesystem::path& path) {
  const auto refuse_any = [&](const char* sql, const std::string& what) {
    SQLite::Statement statement(database, sql);
    Execution read(statement);
    if (read.next()) refuse(path, what + std::to_string(read.integer(0)) + " has a hole");
  };
  refuse_any(kTimelineWithAHole, "room ");
  refuse_any(kRowWithAHole, "the row of client ");
  if (database.execAndGet(kDifference).getInt64() != 0)
    refuse(path, "rooms and rows have not the same messages");
}

}  // namespace palabre::broker
