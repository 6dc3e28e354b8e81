#include "broker/journal/sqlite_journal.hpp"

#include <SQLiteCpp/Statement.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <variant>

#include "broker/journal/execution.hpp"
#include "broker/journal/fact_writer.hpp"
#include "broker/journal/image_reader.hpp"
#include "broker/journal/row_writer.hpp"
#include "broker/journal/segment_reader.hpp"
#include "broker/journal/segment_writer.hpp"
#include "broker/journal/writing_connection.hpp"
#include "schema/limits.hpp"

namespace palabre::broker {
namespace {

/// Journal over SQLite; see open_journal() for its thread. Statements are prepared once.
class SqliteJournal final : public Journal {
 public:
  SqliteJournal(const DataDirectory& directory, JournalOptions options)
      : connection_(directory.database_path(), options) {}

  Image load() override {
    return or_journal_failure([this] { return read_image(connection_.database()); });
  }

  CommitResult commit(std::span<const Record> records, std::span<const Segment> segments) override {
    if (records.empty()) return CommitResult::committed;
    return or_journal_failure([&] {
      return connection_.transact([&] {
        for (const Record& record : records) {
          std::visit([this](const auto& fact) { insert(fact); }, record);
        }
        insert(segments);
      });
    });
  }

  Counter last_counter(ClientNumber client, OutboxId outbox) override {
    return or_journal_failure([&]() -> Counter {
      const auto stretch = stretch_of(client, outbox, {limits::kIntegerMax});
      return stretch ? stretch->last() : Counter{};
    });
  }

  std::vector<Original> originals(ClientNumber client, OutboxId outbox, Counter first,
                                  std::size_t count) override {
    return or_journal_failure([&]() -> std::vector<Original> {
      const auto stretch = stretch_of(client, outbox, first);
      if (!stretch || first > stretch->last()) return {};
      const auto column = stretch->first_column.plus(first.value - stretch->first.value);
      const auto left = stretch->last().value - first.value + 1;
      const auto cells = segments_.row(client, column, std::min<std::uint64_t>(count, left));
      if (cells.empty() || cells.front().column != column) damaged("an outbox goes on beyond its row");
      std::vector<Original> found;
      for (const auto& cell : cells) found.push_back({cell.room, cell.sequence, cell.column, cell.at});
      return found;
    });
  }

 private:
  /// Counters that follow each other as their columns do.
  struct Stretch {
    Counter first;
    Column first_column;
    Column last_column;
    [[nodiscard]] Counter last() const { return first.plus(last_column.value - first_column.value); }
  };
  /// The stretch that begins last at or before `counter`, and where it ends: the client's next one begins
  /// there, of whatever outbox, or the row ends.
  std::optional<Stretch> stretch_of(ClientNumber client, OutboxId outbox, Counter counter) {
    Execution begin(stretch_begin_, client, outbox, counter);
    if (!begin.next()) return std::nullopt;
    Stretch stretch{begin.number<Counter>(0), begin.number<Column>(1), {}};
    Execution next(stretch_next_, client, stretch.first_column);
    const auto following = next.next() ? next.number<Column>(0) : Column{};
    stretch.last_column = following ? Column{following.value - 1} : segments_.columns(client);
    return stretch;
  }

  void insert(std::span<const Segment> segments) {
    if (segments.empty()) return;
    for (const Segment& segment : segments) segment_writer_.insert(segment);
    for (const Segment& segment : segments) row_writer_.note(segment);
    row_writer_.fold_when_due();
  }
  void insert(const record::Cells& cells) {
    if (!cells.continues_outbox) facts_.begin_ids(cells.client, cells.column, cells.outbox, cells.counter);
  }
  template <class Fact>
  void insert(const Fact& fact) {
    facts_.insert(fact);
  }

  SQLite::Statement prepared(const char* sql) { return {connection_.database(), sql}; }

  WritingConnection connection_;
  FactWriter facts_{connection_.database()};
  SegmentWriter segment_writer_{connection_.database()};
  RowWriter row_writer_{connection_.database()};
  SegmentReader segments_{connection_.database()};
  SQLite::Statement stretch_begin_ = prepared(R"sql(
    SELECT counter, "column" FROM outbox_index WHERE client = ? AND outbox = ? AND counter <= ?
    ORDER BY counter DESC LIMIT 1)sql");
  SQLite::Statement stretch_next_ =
      prepared(R"sql(SELECT min("column") FROM outbox_index WHERE client = ? AND "column" > ?)sql");
};

}  // namespace

std::unique_ptr<Journal> open_journal(const DataDirectory& directory, JournalOptions options) {
  return or_store_unusable(directory.database_path(),
                           [&] { return std::make_unique<SqliteJournal>(directory, options); });
}

}  // namespace palabre::broker
