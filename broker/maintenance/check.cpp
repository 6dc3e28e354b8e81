#include "broker/maintenance/check.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "broker/journal/checksum.hpp"
#include "broker/journal/execution.hpp"
#include "broker/journal/migrations.hpp"
#include "broker/journal/segment_packer.hpp"
#include "broker/journal/stored_act.hpp"
#include "broker/journal/stored_client.hpp"
#include "broker/journal/stored_segment.hpp"
#include "broker/journal/stored_standing.hpp"
#include "schema/frames.hpp"

namespace palabre::broker {
namespace {

constexpr std::size_t kNamedMax = 100;

std::string numbered(const char* what, std::uint64_t number) {
  return std::string(what) + " " + std::to_string(number);
}

/// The columns of one matrix row that were seen, in whatever order.
class SeenColumns {
 public:
  /// False when it was seen before.
  bool see(Column column) {
    if (column.value >= seen_.size()) seen_.resize(std::max<std::size_t>(column.value + 1, 2 * seen_.size()));
    last_ = std::max(last_, column);
    ++count_;
    const bool is_new = !seen_[column.value];
    seen_[column.value] = true;
    return is_new;
  }
  [[nodiscard]] bool is_whole() const { return count_ == last_.value; }
  [[nodiscard]] Column last() const { return last_; }

 private:
  std::vector<bool> seen_;
  Column last_;
  std::uint64_t count_ = 0;
};

class StoreChecker {
 public:
  explicit StoreChecker(SQLite::Database& database) : database_(database) {}

  StoreReport check() {
    part("the pages", [this] { check_structure(); });
    part("the clients", [this] { check_clients(); });
    part("what the operator did", [this] { check_acts(); });
    part("the rooms", [this] { check_rooms(); });
    part("the members", [this] { check_members(); });
    part("who stands where", [this] { check_standings(); });
    part("the messages", [this] { check_segments(); });
    part("the matrix rows", [this] { check_rows(); });
    part("the ids of posts", [this] { check_outboxes(); });
    return std::move(report_);
  }

 private:
  /// What SQLite cannot read ends this part; the others go on.
  template <class Work>
  void part(const char* what, Work work) {
    try {
      work();
    } catch (const SQLite::Exception& error) {
      name(std::string(what) + " cannot be read to their end: " + error.what());
    }
  }

  void name(std::string damage) {
    if (report_.damages.size() < kNamedMax) {
      report_.damages.push_back(std::move(damage));
    } else {
      ++report_.damages_not_named;
    }
  }
  void require(bool holds, const std::string& otherwise) {
    if (!holds) name(otherwise);
  }

  void check_structure() {
    SQLite::Statement statement(database_, "PRAGMA integrity_check");
    Execution read(statement);
    while (read.next()) require(read.text(0) == "ok", read.text(0));
  }

  void check_clients() {
    SQLite::Statement statement(database_,
                                std::string("SELECT ") + kClientColumns + " FROM client ORDER BY number");
    Execution read(statement);
    while (read.next()) {
      const auto client = stored_client(read);
      const auto number = client.client;
      require(is_unchanged(client, read), numbered("client", number.value) + " has changed");
      require(number.value == ++report_.clients, numbered("before client", number.value) + " is a hole");
      report_.clients = number.value;
    }
  }

  void check_acts() {
    SQLite::Statement statement(database_,
                                std::string("SELECT ") + kActColumns + " FROM operator_act ORDER BY number");
    Execution read(statement);
    for (std::uint64_t number = 1; read.next(); ++number) {
      const auto act = stored_act(read);
      require(act.has_value(), numbered("act", number) + " of the operator has changed");
      require(!act || is_client(act->client), numbered("act", number) + " of the operator is about nobody");
      require(read.integer(0) == static_cast<std::int64_t>(number),
              numbered("act", number) + " of the operator is missing");
      number = static_cast<std::uint64_t>(read.integer(0));
    }
  }

  void check_rooms() {
    SQLite::Statement statement(database_,
                                "SELECT number, name, made_by, made_at, checksum FROM room ORDER BY number");
    Execution read(statement);
    while (read.next()) {
      const auto number = read.number<RoomNumber>(0);
      const auto expected =
          checksum_of_room(number, read.text(1), read.number<ClientNumber>(2), read.number<TimeMs>(3));
      require(expected == read.integer(4), numbered("room", number.value) + " has changed");
      require(number.value == ++report_.rooms, numbered("before room", number.value) + " is a hole");
      report_.rooms = number.value;
    }
  }

  void check_members() {
    SQLite::Statement statement(database_, "SELECT room, client FROM member");
    Execution read(statement);
    while (read.next()) {
      const auto room = read.number<RoomNumber>(0);
      require(is_room(room) && is_client(read.number<ClientNumber>(1)),
              numbered("a member of room", room.value) + " or that room is unknown");
    }
  }

  void check_standings() {
    const auto look_at = [this](const char* columns, const char* table, auto stored_row) {
      SQLite::Statement statement(database_, std::string("SELECT ") + columns + " FROM " + table);
      Execution read(statement);
      while (read.next()) {
        try {
          const auto stored = stored_row(read);
          require(is_room(stored.room) && is_client(stored.client),
                  std::string(table) + ": an unknown room or client");
        } catch (const JournalFailure& failure) {
          name(failure.what());
        }
      }
    };
    look_at(kStandingColumns, "standing", stored_standing);
    look_at(kModerationColumns, "moderation", stored_moderation);
  }

  void check_segments() {
    SQLite::Statement statement(
        database_, "SELECT place, count, time, last_at, events, checksum FROM segment ORDER BY place");
    Execution read(statement);
    while (read.next()) {
      const auto segment = stored_segment(read, 0);
      if (segment.place.room() != timeline_.room) timeline_ = {segment.place.room(), {1}, {}};
      require(is_room(timeline_.room), here(segment) + " is of no room");
      require(segment.place.sequence() == timeline_.next, here(segment) + " is not the next");
      timeline_.next = segment.place.sequence().plus(static_cast<std::size_t>(segment.count));
      require(checksum_of(segment) == read.integer(5), here(segment) + " has changed");
      check_events(segment);
    }
    for (const auto& [client, columns] : columns_) {
      require(columns.is_whole(), numbered("the row of client", client.value) + " has holes");
    }
  }

  void check_events(const StoredSegment& segment) {
    const auto events = unpack(segment.events, static_cast<std::size_t>(segment.count), segment.time);
    if (!events) return name(here(segment) + " cannot be read: " + events.refusal().text);
    report_.messages += events->size();
    for (const auto& event : *events) {
      require(event.at >= timeline_.at, here(segment) + ": a time decreases");
      timeline_.at = std::max(timeline_.at, event.at);
      require(is_client(event.client), here(segment) + ": a message of an unknown client");
      require(columns_[event.client].see(event.column),
              here(segment) + ": a column twice in the row of " + numbered("client", event.client.value));
    }
    require(!events->empty() && events->back().at == segment.last_at,
            here(segment) + ": its last time is wrong");
  }

  /// The index must say of each segment what the segment says itself.
  void check_rows() {
    SQLite::Statement statement(database_, R"sql(
      SELECT place, client, "column", count FROM row_index UNION ALL
      SELECT place, client, "column", count FROM row_recent ORDER BY place, client, "column")sql");
    SQLite::Statement segments(database_,
                               "SELECT place, count, time, last_at, events FROM segment ORDER BY place");
    Execution rows(statement);
    Execution read(segments);
    bool is_row = rows.next();
    while (read.next()) {
      const auto segment = stored_segment(read, 0);
      std::vector<Segment::RowStretch> indexed;
      for (; is_row && rows.place(0).value == segment.place.value; is_row = rows.next()) {
        indexed.push_back({rows.number<ClientNumber>(1), rows.number<Column>(2),
                           static_cast<std::uint32_t>(rows.integer(3))});
      }
      require(indexed == stretches_in(segment), here(segment) + ": the index of rows does not agree");
    }
    require(!is_row, "the index of rows knows a segment that is not there");
  }

  static std::vector<Segment::RowStretch> stretches_in(const StoredSegment& segment) {
    std::vector<Segment::RowStretch> stretches;
    const auto events = unpack(segment.events, static_cast<std::size_t>(segment.count), segment.time);
    if (events) {
      for (const auto& event : *events) note_row(stretches, event.client, event.column);
    }
    std::ranges::sort(stretches, {}, [](const auto& it) { return std::tuple(it.client, it.column); });
    return stretches;
  }

  void check_outboxes() {
    SQLite::Statement statement(database_, R"sql(SELECT client, "column" FROM outbox_index)sql");
    Execution read(statement);
    std::map<ClientNumber, Column> first;
    while (read.next()) {
      const auto client = read.number<ClientNumber>(0);
      const auto column = read.number<Column>(1);
      const auto row = columns_.find(client);
      require(row != columns_.end() && column <= row->second.last(),
              numbered("an id of client", client.value) + " is of no message");
      first.try_emplace(client, column);
    }
    for (const auto& [client, columns] : columns_) {
      const auto begin = first.find(client);
      require(begin != first.end() && begin->second == Column{1},
              numbered("the first messages of client", client.value) + " have no ids");
    }
  }

  [[nodiscard]] bool is_client(ClientNumber client) const {
    return client && client.value <= report_.clients;
  }
  [[nodiscard]] bool is_room(RoomNumber room) const { return room && room.value <= report_.rooms; }
  static std::string here(const StoredSegment& segment) { return describe(segment.place); }

  /// How far the room that is read has come.
  struct Timeline {
    RoomNumber room;
    Sequence next;
    TimeMs at;
  };

  SQLite::Database& database_;
  StoreReport report_;
  Timeline timeline_;
  std::map<ClientNumber, SeenColumns> columns_;
};

}  // namespace

StoreReport check_store(const std::filesystem::path& database) {
  return or_store_unusable(database, [&] {
    SQLite::Database opened(database.string(), SQLite::OPEN_READONLY);
    require_current_store(opened, database);
    // One look for all parts, whatever a broker stores meanwhile.
    const SQLite::Transaction transaction(opened);
    return StoreChecker(opened).check();
  });
}

}  // namespace palabre::broker
