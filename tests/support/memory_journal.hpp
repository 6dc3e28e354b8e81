#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "broker/domain/ports.hpp"
#include "broker/journal/journal_failure.hpp"
#include "schema/limits.hpp"
#include "tests/support/stored_message.hpp"

namespace palabre::broker {

/// Journal and Archive of plain vectors, for tests. It is as strict as the real store: a record that would
/// leave a hole in a row or a timeline is a std::logic_error. Any thread may call anything.
class MemoryJournal : public Journal, public Archive {
 public:
  using Places = std::vector<std::size_t>;  ///< indices into a store's messages
  /// All that is kept.
  struct Store {
    Image image;
    std::vector<StoredMessage> messages;  ///< in the order stored
    std::vector<record::Moderated> moderations;
    std::map<std::uint32_t, Places> timelines;
    std::map<std::uint32_t, Places> rows;
    std::map<std::tuple<ClientNumber, OutboxId, Counter>, std::size_t> posts;
  };

  explicit MemoryJournal(Epoch epoch = "0123456789abcdef") {
    store_.image.epoch = std::move(epoch);
    add(record::RoomMade{kLobby, std::string(kLobbyName), {}, {}});
  }

  enum class Weather : std::uint8_t { fine, full, failing };
  /// What the next commits meet: success, no space, or an I/O error.
  void set_weather(Weather weather) {
    const std::lock_guard lock(mutex_);
    weather_ = weather;
  }
  /// How many commits succeeded.
  [[nodiscard]] std::size_t commits() const {
    const std::lock_guard lock(mutex_);
    return commits_;
  }
  /// What the last commit stored, in its order.
  [[nodiscard]] std::vector<Record> last_commit() const {
    const std::lock_guard lock(mutex_);
    return last_commit_;
  }
  /// All messages in the order stored.
  [[nodiscard]] std::vector<StoredMessage> messages() const {
    const std::lock_guard lock(mutex_);
    return store_.messages;
  }

  [[nodiscard]] Store copy() const {
    const std::lock_guard lock(mutex_);
    return store_;
  }
  /// Requires that nobody has loaded this journal, or that whoever has is gone.
  void put_back(Store store) {
    const std::lock_guard lock(mutex_);
    store_ = std::move(store);
  }

  Image load() override {
    const std::lock_guard lock(mutex_);
    return store_.image;
  }

  CommitResult commit(std::span<const Record> records) { return commit(records, {}); }
  CommitResult commit(std::span<const Record> records, std::span<const Segment>) override {
    const std::lock_guard lock(mutex_);
    if (weather_ == Weather::full) return CommitResult::full;
    if (weather_ == Weather::failing) throw JournalFailure("the test's disk is failing");
    for (const Record& stored : records) {
      std::visit([this](const auto& fact) { add(fact); }, stored);
    }
    last_commit_.assign(records.begin(), records.end());
    ++commits_;
    return CommitResult::committed;
  }

  Counter last_counter(ClientNumber client, OutboxId outbox) override {
    const std::lock_guard lock(mutex_);
    const auto after = store_.posts.upper_bound({client, outbox, Counter{limits::kIntegerMax}});
    if (after == store_.posts.begin()) return {};
    const auto& [last_client, last_outbox, counter] = std::prev(after)->first;
    return last_client == client && last_outbox == outbox ? counter : Counter{};
  }

  std::vector<Original> originals(ClientNumber client, OutboxId outbox, Counter first,
                                  std::size_t count) override {
    const std::lock_guard lock(mutex_);
    std::vector<Original> originals;
    for (auto counter = first; originals.size() < count; counter = counter.next()) {
      const auto found = store_.posts.find({client, outbox, counter});
      if (found == store_.posts.end()) break;
      const StoredMessage& message = store_.messages[found->second];
      originals.push_back({message.room, message.sequence, message.column, message.at});
    }
    return originals;
  }

  std::vector<StoredEvent> page(RoomNumber room, Sequence from, std::size_t count) override {
    const std::lock_guard lock(mutex_);
    return bounded<StoredEvent>(store_.timelines[room.value], from.value, count, [](const StoredMessage& m) {
      return StoredEvent{m.client, m.column, m.at, m.text};
    });
  }

  Sequence head(RoomNumber room) override {
    const std::lock_guard lock(mutex_);
    return Sequence{store_.timelines[room.value].size()};
  }

  Sequence first_since(RoomNumber room, TimeMs time) override {
    const std::lock_guard lock(mutex_);
    const Places& timeline = store_.timelines[room.value];
    const auto found = std::ranges::lower_bound(timeline, time, {},
                                                [this](std::size_t at) { return store_.messages[at].at; });
    return Sequence{1}.plus(static_cast<std::size_t>(found - timeline.begin()));
  }

  std::vector<StoredCell> row(ClientNumber client, Column from, std::size_t count) override {
    const std::lock_guard lock(mutex_);
    return bounded<StoredCell>(store_.rows[client.value], from.value, count, cell_of);
  }

  Column columns(ClientNumber client) override {
    const std::lock_guard lock(mutex_);
    return Column{}.plus(store_.rows[client.value].size());
  }

  std::vector<record::Moderated> moderations(RoomNumber room, std::uint64_t number,
                                             std::size_t count) override {
    const std::lock_guard lock(mutex_);
    std::vector<record::Moderated> found;
    for (const auto& done : store_.moderations) {
      if (done.room == room && done.number >= number && found.size() < count) found.push_back(done);
    }
    return found;
  }

  std::optional<StoredCell> cell(ClientNumber client, Column column) override {
    const std::lock_guard lock(mutex_);
    const Places& row = store_.rows[client.value];
    if (!column || column.value > row.size()) return std::nullopt;
    return cell_of(store_.messages[row[column.value - 1]]);
  }

 private:
  static void require(bool holds, const char* rule) {
    if (!holds) throw std::logic_error(rule);
  }

  static StoredCell cell_of(const StoredMessage& m) { return {m.column, m.room, m.sequence, m.at, m.text}; }

  template <class Read, class Make>
  std::vector<Read> bounded(const Places& places, std::uint64_t from, std::size_t count, Make make) const {
    std::vector<Read> read;
    std::size_t bytes = 0;
    for (std::size_t i = std::max<std::uint64_t>(from, 1) - 1; i < places.size() && read.size() < count;
         ++i) {
      const StoredMessage& message = store_.messages[places[i]];
      bytes += message.text.size();
      if (!read.empty() && bytes > limits::kEventsTextBytesMax) break;
      read.push_back(make(message));
    }
    return read;
  }

  void add(const record::Registered& registered) {
    require(registered.client.value == store_.image.clients.size() + 1, "client numbers must have no hole");
    store_.image.clients.push_back({registered.client, registered.name, registered.proof, {}});
  }

  void add(const record::KeyBound& bound) {
    auto& proof = store_.image.clients.at(bound.client.value - 1).proof;
    proof.key = bound.key;
    if (bound.voids_token) proof.token.clear();
  }

  void add(const record::OperatorAct& act) {
    auto& client = store_.image.clients.at(act.client.value - 1);
    if (act.kind == record::OperatorAct::Kind::ban) client.ban = act.text;
    if (act.kind == record::OperatorAct::Kind::unban) client.ban.reset();
    if (act.kind == record::OperatorAct::Kind::rename) client.renamed.push_back(act.text);
  }

  void add(const record::RoomMade& made) {
    require(made.room.value == store_.image.rooms.size() + 1, "room numbers must have no hole");
    store_.image.rooms.push_back({made.room, made.name, {}, {}, {}, 0, made.by});
  }

  void add(const record::Joined& joined) {
    auto& members = store_.image.rooms.at(joined.room.value - 1).members;
    const auto place = std::ranges::lower_bound(members, joined.client);
    require(place == members.end() || *place != joined.client, "nobody joins a room twice");
    members.insert(place, joined.client);
  }

  void add(const record::Left& left) {
    auto& members = store_.image.rooms.at(left.room.value - 1).members;
    require(std::erase(members, left.client) == 1, "only members leave a room");
  }

  void add(const record::StandingChanged& changed) {
    auto& standings = store_.image.rooms.at(changed.room.value - 1).standings;
    std::erase_if(standings, [&](const auto& it) { return it.first == changed.client; });
    if (changed.standing) standings.emplace_back(changed.client, *changed.standing);
  }

  void add(const record::Moderated& done) {
    auto& count = store_.image.rooms.at(done.room.value - 1).moderations;
    require(done.number == ++count, "moderations must have no hole");
    store_.moderations.push_back(done);
  }

  void add(const record::Cells& cells) {
    if (cells.continues_outbox) {
      const Places& row = store_.rows[cells.client.value];
      require(!row.empty() && store_.messages[row.back()].outbox == cells.outbox &&
                  store_.messages[row.back()].counter.next() == cells.counter,
              "a stretch continues the cell before");
    }
    for (const auto& message : messages_in(cells)) add(message);
  }

  void add(const StoredMessage& message) {
    Image::Client& client = store_.image.clients.at(message.client.value - 1);
    Image::Room& room = store_.image.rooms.at(message.room.value - 1);
    require(message.column == client.columns.next(), "columns must have no hole");
    require(message.sequence == room.head.next(), "sequences must have no hole");
    require(message.at >= store_.image.last_at, "times must not decrease");
    const auto [place, is_new] =
        store_.posts.try_emplace({message.client, message.outbox, message.counter}, store_.messages.size());
    require(is_new, "a post must not be stored twice");
    client.columns = message.column;
    room.head = message.sequence;
    store_.image.last_at = message.at;
    store_.timelines[message.room.value].push_back(store_.messages.size());
    store_.rows[message.client.value].push_back(store_.messages.size());
    store_.messages.push_back(message);
  }

  mutable std::mutex mutex_;
  Weather weather_ = Weather::fine;
  std::size_t commits_ = 0;
  std::vector<Record> last_commit_;
  Store store_;
};

}  // namespace palabre::broker
