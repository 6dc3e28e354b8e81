#include "broker/journal/second_version.hpp"

#include <SQLiteCpp/Statement.h>

#include "broker/journal/checksum.hpp"
#include "broker/journal/execution.hpp"

namespace palabre::broker {
namespace {

/// Row by row, found by its key, because a statement must not read what another one is changing.
/// `next` answers the row behind a key, which is its first column; `checksum` computes from that answer.
template <class Checksum>
void write(SQLite::Database& database, const char* next, const char* update, Checksum checksum) {
  SQLite::Statement read(database, next);
  SQLite::Statement write(database, update);
  for (std::int64_t key = 0;;) {
    std::int64_t sum = 0;
    {
      Execution row(read, key);
      if (!row.next()) return;
      key = row.integer(0);
      sum = checksum(row);
    }
    Execution(write, sum, key).run();
  }
}

}  // namespace

void write_checksums(SQLite::Database& database) {
  write(database,
        "SELECT place, count, time, last_at, events FROM segment WHERE place > ? ORDER BY place LIMIT 1",
        "UPDATE segment SET checksum = ? WHERE place = ?",
        [](const Execution& row) { return checksum_of(stored_segment(row, 0)); });
  write(database,
        "SELECT number, name, token, registered_at FROM client WHERE number > ? ORDER BY number LIMIT 1",
        "UPDATE client SET checksum = ? WHERE number = ?", [](const Execution& row) {
          return checksum_of(record::Registered{
              row.number<ClientNumber>(0), row.text(1), {row.text(2)}, row.number<TimeMs>(3)});
        });
  write(database, "SELECT number, name, made_by, made_at FROM room WHERE number > ? ORDER BY number LIMIT 1",
        "UPDATE room SET checksum = ? WHERE number = ?", [](const Execution& row) {
          return checksum_of_room(row.number<RoomNumber>(0), row.text(1), row.number<ClientNumber>(2),
                                  row.number<TimeMs>(3));
        });
}

}  // namespace palabre::broker
