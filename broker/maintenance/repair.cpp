#include "broker/maintenance/repair.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "broker/domain/rooms.hpp"
#include "broker/journal/checksum.hpp"
#include "broker/journal/data_directory.hpp"
#include "broker/journal/execution.hpp"
#include "broker/journal/left_state.hpp"
#include "broker/journal/migrations.hpp"
#include "broker/journal/stored_act.hpp"
#include "broker/journal/stored_client.hpp"
#include "broker/journal/stored_segment.hpp"
#include "broker/journal/stored_standing.hpp"
#include "broker/maintenance/repaired_store.hpp"
#include "broker/maintenance/salvage.hpp"
#include "schema/frames.hpp"

namespace palabre::broker {
namespace {

/// Reads the old store twice: which cells there still are, and then their texts.
class Repair {
 public:
  Repair(SQLite::Database& old, RepairedStore& repaired) : old_(old), repaired_(repaired) {}

  RepairReport run() {
    read_clients();
    read_rooms();
    read_cells();
    read_ids();
    write_people();
    write_messages();
    repaired_.write_ids();
    return std::move(report_);
  }

 private:
  void lose(std::string what) { report_.losses.push_back(std::move(what)); }

  void read_clients() {
    Salvage rows(old_, kClientColumns, "client", "number");
    const bool is_whole = rows.read_all([this](const Execution& row) {
      const auto client = stored_client(row);
      if (is_unchanged(client, row)) clients_.emplace(client.client, client);
    });
    if (!is_whole) lose("some clients cannot be read");
  }

  void read_rooms() {
    Salvage rows(old_, "number, name, made_by, made_at, checksum", "room", "number");
    const bool is_whole = rows.read_all([this](const Execution& row) {
      const record::RoomMade room{row.number<RoomNumber>(0), row.text(1), row.number<ClientNumber>(2),
                                  row.number<TimeMs>(3)};
      if (checksum_of_room(room.room, room.name, room.by, room.at) == row.integer(4)) {
        rooms_.emplace(room.room, room);
      }
    });
    if (!is_whole) lose("some rooms cannot be read");
  }

  /// Calls `take` with every segment that can be trusted, and its events.
  template <class Take>
  bool each_segment(Take take) {
    Salvage rows(old_, "place, count, time, last_at, events, checksum", "segment", "place");
    return rows.read_all([&take](const Execution& row) {
      const auto segment = stored_segment(row, 0);
      if (checksum_of(segment) != row.integer(5)) return;
      const auto events = unpack(segment.events, static_cast<std::size_t>(segment.count), segment.time);
      if (events) take(segment.place, *events);
    });
  }

  void read_cells() {
    std::map<RoomNumber, Sequence> next;
    const bool is_whole = each_segment([&](Place place, const std::vector<Event>& events) {
      auto& due = next.try_emplace(place.room(), Sequence{1}).first->second;
      note_gap(place, due);
      due = place.sequence().plus(events.size());
      known_rooms_ = std::max(known_rooms_, place.room());
      for (const auto& event : events) {
        known_clients_ = std::max(known_clients_, event.client);
        repaired_.expect(event.client, event.column);
      }
    });
    if (!is_whole) lose("some pages of messages cannot be read");
  }

  void note_gap(Place place, Sequence due) {
    if (place.sequence() == due) return;
    lose("room " + std::to_string(place.room().value) + ": messages " + std::to_string(due.value) + " to " +
         std::to_string(place.sequence().value - 1));
  }

  void read_ids() {
    SQLite::Statement statement(
        old_,
        R"sql(SELECT client, "column", outbox, counter FROM outbox_index ORDER BY client, "column")sql");
    try {
      Execution read(statement);
      while (read.next()) {
        repaired_.expect_id(read.number<ClientNumber>(0), read.number<Column>(1), read.number<OutboxId>(2),
                            read.number<Counter>(3));
      }
    } catch (const SQLite::Exception&) {
      lose("some ids that clients gave their posts: what they send again may be stored twice");
    }
  }

  void write_people() {
    if (!clients_.empty()) known_clients_ = std::max(known_clients_, clients_.rbegin()->first);
    if (!rooms_.empty()) known_rooms_ = std::max(known_rooms_, rooms_.rbegin()->first);
    for (ClientNumber number{1}; number <= known_clients_; number = number.next()) write_client(number);
    for (RoomNumber number{1}; number <= known_rooms_; number = number.next()) write_room(number);
    write_members();
    write_standings();
    write_moderations();
    write_acts();
  }

  void write_client(ClientNumber number) {
    ++report_.clients;
    const auto found = clients_.find(number);
    if (found != clients_.end()) return repaired_.write(found->second);
    const auto name = "lost-" + std::to_string(number.value);
    lose("client " + std::to_string(number.value) + ", now called " + name);
    repaired_.write(record::Registered{number, name, {}, {}});
  }

  void write_room(RoomNumber number) {
    ++report_.rooms;
    if (number == kLobby) return;  // every new store has it
    const auto found = rooms_.find(number);
    if (found != rooms_.end()) return repaired_.write(found->second);
    // It may have been a private one: whoever was in it may go on, and nobody else.
    const auto name = "lost/room-" + std::to_string(number.value);
    lose("room " + std::to_string(number.value) + ", now called " + name +
         " and closed to all but its members");
    repaired_.write(record::RoomMade{number, name, {}, {}});
    lost_rooms_.insert(number);
  }

  void write_members() {
    SQLite::Statement statement(old_, "SELECT room, client, joined_at FROM member ORDER BY room, client");
    try {
      Execution read(statement);
      while (read.next()) {
        const record::Joined member{read.number<RoomNumber>(0), read.number<ClientNumber>(1),
                                    read.number<TimeMs>(2)};
        const bool is_known =
            member.room && member.room <= known_rooms_ && member.client && member.client <= known_clients_;
        if (!is_known) continue;
        repaired_.write(member);
        const bool needs_standing = lost_rooms_.contains(member.room) || is_closed(member.room);
        if (needs_standing) standings_[{member.room, member.client}] = Standing{};
      }
    } catch (const SQLite::Exception&) {
      lose("some members of rooms: they have to join again");
    }
  }

  [[nodiscard]] bool is_closed(RoomNumber number) const {
    const auto found = rooms_.find(number);
    return found != rooms_.end() && kind_of_stored(found->second.name) == RoomKind::closed;
  }

  /// A member whose standing is lost is left a voice.
  void write_standings() {
    each_row(kStandingColumns, "standing", "who was invited or banned in closed rooms",
             [this](const Execution& row) {
               const auto [room, client, standing] = stored_standing(row);
               standings_[{room, client}] = standing.value();
             });
    for (const auto& [place, standing] : standings_) {
      repaired_.write(record::StandingChanged{place.first, place.second, standing});
    }
  }

  void write_moderations() {
    std::map<RoomNumber, std::uint64_t> numbers;
    each_row(kModerationColumns, "moderation", "what was done to people in closed rooms",
             [&](const Execution& row) {
               auto done = stored_moderation(row);
               done.number = ++numbers[done.room];
               repaired_.write(done);
             });
  }

  /// Calls `take`, which throws JournalFailure for a row that has changed, with each row that is left.
  template <class Take>
  void each_row(const char* columns, const char* table, const char* what, Take take) {
    bool is_whole = true;
    try {
      SQLite::Statement statement(old_, std::string("SELECT ") + columns + " FROM " + table);
      Execution read(statement);
      while (read.next()) is_whole = taken(take, read) && is_whole;
    } catch (const SQLite::Exception&) {
      is_whole = false;
    }
    if (!is_whole) lose(std::string("some of ") + what);
  }
  template <class Take>
  static bool taken(Take& take, const Execution& row) {
    try {
      take(row);
      return true;
    } catch (const JournalFailure&) {
      return false;
    }
  }

  void write_acts() {
    Salvage rows(old_, kActColumns, "operator_act", "number");
    bool is_whole = true;
    const bool is_readable = rows.read_all([&](const Execution& row) {
      const auto act = stored_act(row);
      const bool is_known = act && act->client && act->client <= known_clients_;
      if (is_known) repaired_.write(*act);
      is_whole = is_whole && is_known;
    });
    if (!is_whole || !is_readable)
      lose("some of what the operator did: see who is banned, and who is called what");
  }

  void write_messages() {
    (void)each_segment([this](Place place, const std::vector<Event>& events) {
      for (const auto& event : events) repaired_.write(place.room(), event);
      repaired_.flush();
      report_.messages += events.size();
    });
  }

  SQLite::Database& old_;
  RepairedStore& repaired_;
  RepairReport report_;
  std::map<ClientNumber, record::Registered> clients_;
  std::map<RoomNumber, record::RoomMade> rooms_;
  std::set<RoomNumber> lost_rooms_;
  std::map<std::pair<RoomNumber, ClientNumber>, Standing> standings_;
  ClientNumber known_clients_;
  RoomNumber known_rooms_ = kLobby;
};

/// False, too, when the page that says so is broken.
bool was_left_open(SQLite::Database& old) {
  try {
    return is_left_open(old);
  } catch (const SQLite::Exception&) {
    return false;
  }
}

}  // namespace

RepairReport repair_store(const std::filesystem::path& database, const std::filesystem::path& to) {
  return or_store_unusable(database, [&] {
    const bool has_log = broker::has_log(database);
    SQLite::Database old(database.string(), SQLite::OPEN_READONLY);
    require_current_store(old, database);
    RepairedStore repaired(to);
    auto report = Repair(old, repaired).run();
    if (!has_log && was_left_open(old)) report.losses.emplace_back("what was stored last: its log is gone");
    repaired.commit();
    return report;
  });
}

}  // namespace palabre::broker
