#include "broker/journal/sqlite_journal.hpp"

#include <SQLiteCpp/Statement.h>

#include <string>
#include <variant>

#include "broker/journal/execution.hpp"
#include "broker/journal/image_reader.hpp"
#include "broker/journal/writing_connection.hpp"

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

  CommitResult commit(std::span<const Record> records) override {
    if (records.empty()) return CommitResult::committed;
    return or_journal_failure([&] {
      return connection_.transact([&] {
        for (const Record& record : records) {
          std::visit([this](const auto& fact) { insert(fact); }, record);
        }
      });
    });
  }

  Counter last_counter(ClientNumber client, OutboxId outbox) override {
    return or_journal_failure([&] {
      Execution read(last_counter_, client, outbox);
      return read.next() ? read.number<Counter>(0) : Counter{};
    });
  }

  std::optional<Original> original(ClientNumber client, OutboxId outbox, Counter counter) override {
    return or_journal_failure([&]() -> std::optional<Original> {
      Execution read(original_, client, outbox, counter);
      if (!read.next()) return std::nullopt;
      return Original{read.number<RoomNumber>(0), read.number<Sequence>(1), read.number<Column>(2),
                      read.number<TimeMs>(3)};
    });
  }

 private:
  void insert(const record::Message& m) {
    Execution(message_, m.client, m.column, m.room, m.sequence, m.at, m.outbox, m.counter, m.text).run();
  }
  void insert(const record::Registered& registered) {
    Execution(registered_, registered.client, registered.name, Blob{registered.token}, registered.at).run();
  }
  void insert(const record::RoomMade& made) {
    Execution(room_made_, made.room, made.name, made.by, made.at).run();
  }
  void insert(const record::Joined& joined) {
    Execution(joined_, joined.room, joined.client, joined.at).run();
  }
  void insert(const record::Left& left) { Execution(left_, left.room, left.client).run(); }

  SQLite::Statement prepared(const char* sql) { return {connection_.database(), sql}; }

  WritingConnection connection_;
  SQLite::Statement message_ = prepared(R"sql(
    INSERT INTO message (client, "column", room, sequence, at, outbox, counter, text)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?))sql");
  SQLite::Statement registered_ =
      prepared("INSERT INTO client (number, name, token, registered_at) VALUES (?, ?, ?, ?)");
  SQLite::Statement room_made_ =
      prepared("INSERT INTO room (number, name, made_by, made_at) VALUES (?, ?, ?, ?)");
  SQLite::Statement joined_ = prepared("INSERT INTO member (room, client, joined_at) VALUES (?, ?, ?)");
  SQLite::Statement left_ = prepared("DELETE FROM member WHERE room = ? AND client = ?");
  SQLite::Statement last_counter_ =
      prepared("SELECT max(counter) FROM message WHERE client = ? AND outbox = ?");
  SQLite::Statement original_ = prepared(R"sql(
    SELECT room, sequence, "column", at FROM message WHERE client = ? AND outbox = ? AND counter = ?)sql");
};

}  // namespace

std::unique_ptr<Journal> open_journal(const DataDirectory& directory, JournalOptions options) {
  return or_store_unusable(directory.database_path(),
                           [&] { return std::make_unique<SqliteJournal>(directory, options); });
}

}  // namespace palabre::broker
