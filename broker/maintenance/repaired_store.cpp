#include "broker/maintenance/repaired_store.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "broker/journal/migrations.hpp"

namespace palabre::broker {
namespace {

const std::filesystem::path& empty_folder(const std::filesystem::path& folder) {
  std::error_code missing;
  if (std::filesystem::exists(folder, missing) && !std::filesystem::is_empty(folder, missing)) {
    throw StoreUnusable("the folder " + folder.string() + " is not empty");
  }
  return folder;
}

SQLite::Database made(const std::filesystem::path& path) {
  SQLite::Database database(path.string(), SQLite::OPEN_READWRITE);
  migrate(database, path);
  return database;
}

/// What lost its ids gets some that no client can have made: theirs are random numbers, far from 0.
constexpr OutboxId kNobodys{0};

}  // namespace

RepairedStore::RepairedStore(const std::filesystem::path& folder)
    : directory_(empty_folder(folder)),
      database_(made(directory_.database_path())),
      transaction_(database_),
      facts_(database_),
      segments_(database_),
      rows_index_(database_) {}

void RepairedStore::expect(ClientNumber client, Column column) { rows_[client].columns.push_back(column); }

void RepairedStore::expect_id(ClientNumber client, Column column, OutboxId outbox, Counter counter) {
  rows_[client].ids.push_back({column, outbox, counter});
}

void RepairedStore::write(const record::Registered& client) { facts_.insert(client); }
void RepairedStore::write(const record::RoomMade& room) { facts_.insert(room); }
void RepairedStore::write(const record::Joined& member) { facts_.insert(member); }
void RepairedStore::write(const record::StandingChanged& standing) { facts_.insert(standing); }
void RepairedStore::write(const record::Moderated& done) { facts_.insert(done); }
void RepairedStore::write(const record::OperatorAct& act) { facts_.insert(act); }

void RepairedStore::write(RoomNumber room, const Event& event) {
  auto& row = rows_.at(event.client);
  if (!std::exchange(row.is_sorted, true)) std::ranges::sort(row.columns);
  const auto place = std::ranges::lower_bound(row.columns, event.column) - row.columns.begin();
  auto& head = heads_[room];
  head = head.next();
  record::Cells cell{
      event.client, Column{1}.plus(static_cast<std::size_t>(place)), room, head, event.at, {}, {}, false, {}};
  cell.texts.push_back(event.text);
  packer_.add(cell);
}

void RepairedStore::flush() {
  for (const auto& segment : packer_.take()) {
    segments_.insert(segment);
    rows_index_.index(segment);
  }
}

void RepairedStore::write_ids() {
  for (const auto& [client, row] : rows_) write_ids(client, row);
}

void RepairedStore::write_ids(ClientNumber client, const Row& row) {
  std::optional<Id> due;  // what the next cell has when it continues the stretch
  auto stretch = row.ids.begin();
  for (std::size_t place = 0; place < row.columns.size(); ++place) {
    const auto column = row.columns[place];
    while (stretch != row.ids.end() && std::next(stretch) != row.ids.end() &&
           std::next(stretch)->column <= column)
      ++stretch;
    Id id{Column{1}.plus(place), kNobodys, Counter{1}.plus(place)};
    if (stretch != row.ids.end() && stretch->column <= column) {
      id.outbox = stretch->outbox;
      id.counter = stretch->counter.plus(column.value - stretch->column.value);
    }
    if (!due || due->outbox != id.outbox || due->counter != id.counter) {
      facts_.begin_ids(client, id.column, id.outbox, id.counter);
    }
    due = Id{{}, id.outbox, id.counter.next()};
  }
}

void RepairedStore::commit() { transaction_.commit(); }

}  // namespace palabre::broker
