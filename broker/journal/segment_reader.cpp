#include "broker/journal/segment_reader.hpp"

#include <SQLiteCpp/Transaction.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "broker/journal/checksum.hpp"
#include "broker/journal/execution.hpp"
#include "broker/journal/stored_segment.hpp"
#include "schema/frames.hpp"
#include "schema/limits.hpp"

namespace palabre::broker {
namespace {

std::int64_t row_bound(std::size_t count) {
  return static_cast<std::int64_t>(std::min<std::uint64_t>(count, limits::kIntegerMax));
}

/// What a reply may hold: some messages within a bound of text, and one however long it is.
class Allowance {
 public:
  explicit Allowance(std::size_t count) : count_(count) {}
  [[nodiscard]] bool takes(const std::string& text) {
    if (is_used_up()) return false;
    bytes_ += text.size();
    is_full_ = taken_ > 0 && bytes_ > limits::kEventsTextBytesMax;
    if (!is_full_) ++taken_;
    return !is_full_;
  }
  [[nodiscard]] bool is_used_up() const { return is_full_ || taken_ == count_; }

 private:
  std::size_t count_;
  std::size_t taken_ = 0;
  std::size_t bytes_ = 0;
  bool is_full_ = false;
};

/// The events of the current row, whose columns from `column` on are those of stored_segment(), and its
/// checksum.
std::vector<Event> events_of(const Execution& read, int column) {
  const auto segment = stored_segment(read, column);
  if (checksum_of(segment) != read.integer(column + 5)) damaged(describe(segment.place) + " has changed");
  auto events = unpack(segment.events, static_cast<std::size_t>(segment.count), segment.time);
  if (!events) damaged(describe(segment.place) + " cannot be read: " + events.refusal().text);
  return *std::move(events);
}

// The segments of a room from the one that holds a sequence on.
constexpr const char* kPage = R"sql(
  SELECT place, count, time, last_at, events, checksum FROM segment
  WHERE place >= ifnull((SELECT max(place) FROM segment WHERE place >= ?1 AND place <= ?2), ?2) AND place <= ?3
  ORDER BY place LIMIT ?4)sql";

// Where a matrix row goes on, from the stretch that holds a column on, as far as it is indexed.
constexpr const char* kIndexed = R"sql(
  SELECT "column", count, place FROM row_index
  WHERE client = ?1 AND "column" >=
    ifnull((SELECT max("column") FROM row_index WHERE client = ?1 AND "column" <= ?2), ?2)
  ORDER BY "column" LIMIT ?3)sql";

// The same as far as it is not, which is behind all that is. Notes are numbered room by room in a commit, and
// a client who posted here, there and here again has a later column in an earlier note.
constexpr const char* kRecent = R"sql(
  SELECT "column", count, place FROM row_recent WHERE client = ?1 AND "column" + count > ?2
  ORDER BY "column" LIMIT ?3)sql";

constexpr const char* kColumns = R"sql(
  SELECT ifnull((SELECT max("column" + count - 1) FROM row_recent WHERE client = ?1),
                (SELECT "column" + count - 1 FROM row_index WHERE client = ?1 ORDER BY "column" DESC LIMIT 1))
  )sql";

}  // namespace

SegmentReader::SegmentReader(SQLite::Database& database)
    : database_(database),
      page_(database, kPage),
      newest_(database, R"sql(SELECT place, count, last_at FROM segment WHERE place >= ? AND place <= ?
                              ORDER BY place DESC LIMIT 1)sql"),
      segment_(database, "SELECT place, count, time, last_at, events, checksum FROM segment WHERE place = ?"),
      indexed_(database, kIndexed),
      recent_(database, kRecent),
      columns_(database, kColumns) {}

std::vector<Archive::StoredEvent> SegmentReader::page(RoomNumber room, Sequence from, std::size_t count) {
  std::vector<Archive::StoredEvent> taken;
  if (from.value > Place::kSequenceMax) return taken;
  Allowance allowance(count);
  Execution read(page_, Place::first_of(room), Place(room, from), Place::last_of(room), row_bound(count));
  while (!allowance.is_used_up() && read.next()) {
    auto sequence = read.place(0).sequence();
    for (auto& [client, column, text, at] : events_of(read, 0)) {
      const bool is_wanted = sequence >= from;
      sequence = sequence.next();
      if (!is_wanted) continue;
      if (!allowance.takes(text)) break;
      taken.push_back({client, column, at, std::move(text)});
    }
  }
  return taken;
}

Sequence SegmentReader::head(RoomNumber room) {
  Execution read(newest_, Place::first_of(room), Place::last_of(room));
  if (!read.next()) return {};
  return Sequence{read.place(0).sequence().value + static_cast<std::uint64_t>(read.integer(1)) - 1};
}

TimeMs SegmentReader::last_at(RoomNumber room) {
  Execution read(newest_, Place::first_of(room), Place::last_of(room));
  return read.next() ? read.number<TimeMs>(2) : TimeMs{};
}

/// Times never decrease along a timeline, so it is halved again and again; an index by time would cost every
/// post.
Sequence SegmentReader::first_since(RoomNumber room, TimeMs time) {
  Sequence first{1};
  Sequence end = head(room).next();
  while (first < end) {
    const Sequence middle{first.value + (end.value - first.value) / 2};
    if (time_of(room, middle) < time) {
      first = middle.next();
    } else {
      end = middle;
    }
  }
  return first;
}

std::vector<Archive::StoredCell> SegmentReader::row(ClientNumber client, Column from, std::size_t count) {
  std::vector<Archive::StoredCell> taken;
  Allowance allowance(count);
  // Nothing may be moved from one table to the other, and no segment come, in between.
  SQLite::Transaction transaction(database_);
  for (const auto& stretch : stretches(client, from, count)) {
    const auto first = std::max(stretch.column, from);
    const auto end = stretch.column.plus(stretch.count);
    auto sequence = stretch.place.sequence();
    for (auto& [owner, column, text, at] : segment_at(stretch.place)) {
      const auto here = std::exchange(sequence, sequence.next());
      if (owner != client || column < first || column >= end) continue;
      if (!allowance.takes(text)) return taken;
      if (!taken.empty() && column != taken.back().column.next()) {
        damaged("the row of client " + std::to_string(client.value) + " has a hole");
      }
      taken.push_back({column, stretch.place.room(), here, at, std::move(text)});
    }
  }
  return taken;
}

std::vector<SegmentReader::Stretch> SegmentReader::stretches(ClientNumber client, Column from,
                                                             std::size_t count) {
  std::vector<Stretch> found;
  for (auto* statement : {&indexed_, &recent_}) {
    Execution read(*statement, client, from, row_bound(count));
    while (read.next()) {
      found.push_back({read.number<Column>(0), static_cast<std::size_t>(read.integer(1)), read.place(2)});
    }
  }
  return found;
}

std::vector<Event> SegmentReader::segment_at(Place place) {
  Execution read(segment_, place);
  if (!read.next()) damaged(describe(place) + " is missing");
  return events_of(read, 0);
}

Column SegmentReader::columns(ClientNumber client) {
  Execution read(columns_, client);
  return read.next() ? read.number<Column>(0) : Column{};
}

TimeMs SegmentReader::time_of(RoomNumber room, Sequence sequence) {
  const auto found = page(room, sequence, 1);
  if (found.empty()) damaged("a room's sequences have a hole");
  return found.front().at;
}

}  // namespace palabre::broker
