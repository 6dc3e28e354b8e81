#include "broker/journal/first_version.hpp"

#include <SQLiteCpp/Statement.h>

#include "broker/journal/execution.hpp"
#include "broker/journal/segment_packer.hpp"

namespace palabre::broker {
namespace {

// A segment is full at 1,024 messages; more than some of them need not be in memory at once.
constexpr std::size_t kMessagesAtOnce = 16'384;

/// Stores segments as the second version had them, and indexes their rows at once.
class IndexingWriter {
 public:
  explicit IndexingWriter(SQLite::Database& database)
      : segment_(database, kInsertSegment), row_(database, kInsertRow) {}

  void insert(const Segment& segment) {
    const Place place(segment.room, segment.first);
    const auto& events = segment.events;
    Execution(segment_, place, std::int64_t{events.count}, events.time, segment.last_at, Blob{events.bytes})
        .run();
    for (const auto& [client, column, count] : segment.rows) {
      Execution(row_, client, column, std::int64_t{count}, place).run();
    }
  }

 private:
  static constexpr const char* kInsertSegment =
      "INSERT INTO segment (place, count, time, last_at, events) VALUES (?, ?, ?, ?, ?)";
  static constexpr const char* kInsertRow =
      R"sql(INSERT INTO row_index (client, "column", count, place) VALUES (?, ?, ?, ?))sql";

  SQLite::Statement segment_;
  SQLite::Statement row_;
};

void pack_timelines(SQLite::Database& database) {
  SQLite::Statement statement(database, R"sql(
    SELECT client, "column", room, sequence, at, text FROM message ORDER BY room, sequence)sql");
  IndexingWriter writer(database);
  SegmentPacker packer;
  const auto write = [&] {
    for (const auto& segment : packer.take()) writer.insert(segment);
  };
  Execution read(statement);
  for (std::size_t count = 1; read.next(); ++count) {
    record::Cells cell{read.number<ClientNumber>(0),
                       read.number<Column>(1),
                       read.number<RoomNumber>(2),
                       read.number<Sequence>(3),
                       read.number<TimeMs>(4),
                       {},
                       {},
                       false,
                       {}};
    const auto text = read.text(5);
    cell.texts.push_back(text);
    packer.add(cell);
    if (count % kMessagesAtOnce == 0) write();
  }
  write();
}

void index_outboxes(SQLite::Database& database) {
  // A message begins a stretch unless the one in the column before has the counter before, of the same
  // outbox.
  database.exec(R"sql(
    INSERT INTO outbox_index (client, "column", outbox, counter)
    SELECT client, "column", outbox, counter FROM message AS here
    WHERE NOT EXISTS (SELECT 1 FROM message AS before
                      WHERE before.client = here.client AND before."column" = here."column" - 1
                        AND before.outbox = here.outbox AND before.counter = here.counter - 1))sql");
}

}  // namespace

void pack_messages(SQLite::Database& database) {
  pack_timelines(database);
  index_outboxes(database);
}

}  // namespace palabre::broker
