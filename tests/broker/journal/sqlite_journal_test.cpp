#include "broker/journal/sqlite_journal.hpp"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>

#include "broker/domain/state.hpp"
#include "broker/journal/journal_failure.hpp"
#include "tests/broker/journal/store_fixture.hpp"
#include "tests/support/people.hpp"

namespace palabre::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

class SqliteJournalTest : public StoreTest {
 protected:
  /// Alice and Bob in the lobby, Alice alone in the tea room.
  static std::vector<Record> beginning() {
    return {registered(kAlice, "alice"),
            record::Joined{kLobby, kAlice, {1001}},
            registered(kBob, "bob"),
            record::Joined{kLobby, kBob, {1002}},
            record::RoomMade{kTea, "tea", kAlice, {1003}},
            record::Joined{kTea, kAlice, {1003}}};
  }

  [[nodiscard]] OpenStore open_with_beginning(JournalOptions options = {}) const {
    return open(options, beginning());
  }

  MessageWriter writer_;
};

TEST_F(SqliteJournalTest, knows_after_a_restart_who_is_banned) {
  using Kind = record::OperatorAct::Kind;
  {
    OpenStore store = open_with_beginning();
    commit(store, {record::OperatorAct{Kind::ban, kAlice, "spam", {2000}},
                   record::OperatorAct{Kind::ban, kBob, "noise", {2001}}});
    commit(store, {record::OperatorAct{Kind::unban, kBob, "", {2002}},
                   record::OperatorAct{Kind::rebind, kAlice, "another key", {2003}}});
  }
  const Image image = open().journal->load();
  EXPECT_EQ(image.clients[0].ban, "spam");
  EXPECT_FALSE(image.clients[1].ban.has_value());
}

TEST_F(SqliteJournalTest, knows_after_a_restart_what_people_were_and_are_called) {
  using Kind = record::OperatorAct::Kind;
  {
    OpenStore store = open_with_beginning();
    commit(store, {record::OperatorAct{Kind::rename, kAlice, "alicia", {2000}}});
    commit(store, {record::OperatorAct{Kind::rename, kAlice, "alix", {2001}}});
  }
  const Image image = open().journal->load();
  EXPECT_EQ(image.clients[0].name, "alice");
  EXPECT_THAT(image.clients[0].renamed, ElementsAre("alicia", "alix"));
  EXPECT_THAT(image.clients[1].renamed, ElementsAre());
  EXPECT_EQ(restore(image).roster.at(kAlice).name, "alix");
}

TEST_F(SqliteJournalTest, keeps_the_token_beside_a_new_key_unless_that_is_all_that_counts) {
  {
    OpenStore store = open_with_beginning();
    const CurveKey key(kKeyBytes, 'k');
    commit(store, {record::KeyBound{kAlice, key}, record::KeyBound{kBob, key, true}});
  }
  const Image image = open().journal->load();
  EXPECT_FALSE(image.clients[0].proof.token.empty());
  EXPECT_TRUE(image.clients[1].proof.token.empty());
}

TEST_F(SqliteJournalTest, brings_everything_back_after_a_restart) {
  std::string token(32, '\0');
  token[1] = '\xff';
  {
    OpenStore store = open();
    auto records = beginning();
    std::get<record::Registered>(records[0]).proof.token = token;
    records.emplace_back(writer_.write(kAlice, kLobby, "bonjour", {2000}));
    records.emplace_back(writer_.write(kBob, kLobby, "salut", {2001}));
    records.emplace_back(writer_.write(kAlice, kTea, "seule", {2001}));
    commit(store, records);
  }
  const Image image = open().journal->load();
  ASSERT_EQ(image.clients.size(), 2U);
  EXPECT_EQ(image.clients[0].name, "alice");
  EXPECT_EQ(image.clients[0].proof.token, token);
  EXPECT_EQ(image.clients[0].columns, Column{2});
  EXPECT_EQ(image.clients[1].number, kBob);
  EXPECT_EQ(image.clients[1].columns, Column{1});
  ASSERT_EQ(image.rooms.size(), 2U);
  EXPECT_EQ(image.rooms[0].head, Sequence{2});
  EXPECT_THAT(image.rooms[0].members, ElementsAre(kAlice, kBob));
  EXPECT_EQ(image.rooms[1].name, "tea");
  EXPECT_EQ(image.rooms[1].made_by, kAlice);
  EXPECT_EQ(image.rooms[1].head, Sequence{1});
  EXPECT_THAT(image.rooms[1].members, ElementsAre(kAlice));
  EXPECT_EQ(image.last_at, TimeMs{2001});
}

TEST_F(SqliteJournalTest, forgets_a_membership_that_was_left) {
  OpenStore store = open_with_beginning();
  commit(store, {record::Left{kLobby, kAlice, {1004}}});
  EXPECT_THAT(store.journal->load().rooms[0].members, ElementsAre(kBob));
}

TEST_F(SqliteJournalTest, takes_an_empty_batch_as_stored) {
  OpenStore store = open();
  EXPECT_EQ(commit(store, {}), CommitResult::committed);
}

TEST_F(SqliteJournalTest, finds_a_post_by_its_counter_for_ever) {
  {
    OpenStore store = open_with_beginning();
    commit(store, {writer_.write(kAlice, kTea, "one", {2000})});
    commit(store, writer_.write_many(kBob, kLobby, 3000, "noise"));
    commit(store, {writer_.write(kAlice, kLobby, "two", {2005})});
  }
  const OpenStore store = open();
  const auto first = original_in(*store.journal, kAlice, {7}, {1});
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->room, kTea);
  EXPECT_EQ(first->sequence, Sequence{1});
  EXPECT_EQ(first->column, Column{1});
  EXPECT_EQ(first->at, TimeMs{2000});
  const auto second = original_in(*store.journal, kAlice, {7}, {2});
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->sequence, Sequence{3001});
}

TEST_F(SqliteJournalTest, finds_posts_that_were_stored_together_in_one_look) {
  OpenStore store = open_with_beginning();
  commit(store, writer_.write_many(kAlice, kTea, 3, "tea"));
  commit(store, writer_.write_many(kAlice, kLobby, 4, "lobby"));
  const auto places = [](const std::vector<Journal::Original>& found) {
    std::vector<std::pair<RoomNumber, Sequence>> pairs;
    for (const auto& original : found) pairs.emplace_back(original.room, original.sequence);
    return pairs;
  };
  EXPECT_THAT(places(store.journal->originals(kAlice, {7}, {2}, 3)),
              ElementsAre(Pair(kTea, Sequence{2}), Pair(kTea, Sequence{3}), Pair(kLobby, Sequence{1})));
  EXPECT_THAT(store.journal->originals(kAlice, {7}, {6}, 100), SizeIs(2)) << "no more were stored";
  EXPECT_THAT(store.journal->originals(kAlice, {7}, {8}, 1), IsEmpty());
}

TEST_F(SqliteJournalTest, finds_no_post_of_another_outbox_behind) {
  OpenStore store = open_with_beginning();
  commit(store, {writer_.write(kAlice, kLobby, "one")});
  StoredMessage other = writer_.write(kAlice, kLobby, "of another program");
  other.outbox = {8};
  other.counter = {1};
  commit(store, {other});
  EXPECT_THAT(store.journal->originals(kAlice, {7}, {1}, 9), SizeIs(1));
}

TEST_F(SqliteJournalTest, knows_no_original_of_a_post_never_stored) {
  OpenStore store = open_with_beginning();
  commit(store, {writer_.write(kAlice, kLobby, "one")});
  EXPECT_FALSE(original_in(*store.journal, kAlice, {7}, {2}).has_value());
  EXPECT_FALSE(original_in(*store.journal, kAlice, {8}, {1}).has_value());
  EXPECT_FALSE(original_in(*store.journal, kBob, {7}, {1}).has_value());
}

TEST_F(SqliteJournalTest, counts_each_outbox_of_each_client_by_itself) {
  OpenStore store = open_with_beginning();
  commit(store, writer_.write_many(kAlice, kLobby, 5, "five"));
  commit(store, {writer_.write(kBob, kLobby, "one")});
  EXPECT_EQ(store.journal->last_counter(kAlice, {7}), Counter{5});
  EXPECT_EQ(store.journal->last_counter(kBob, {7}), Counter{1});
  EXPECT_EQ(store.journal->last_counter(kAlice, {8}), Counter{0});
  EXPECT_EQ(store.journal->last_counter({9}, {7}), Counter{0});
}

TEST_F(SqliteJournalTest, keeps_the_largest_numbers_of_the_protocol) {
  OpenStore store = open_with_beginning();
  const OutboxId outbox{limits::kIntegerMax};
  commit(store, {StoredMessage{kAlice, {1}, kLobby, {1}, {limits::kIntegerMax}, outbox, {1}, "far"}});
  EXPECT_EQ(store.journal->last_counter(kAlice, outbox), Counter{1});
  EXPECT_EQ(store.journal->load().last_at, TimeMs{limits::kIntegerMax});
}

TEST_F(SqliteJournalTest, stores_nothing_of_a_batch_that_does_not_fit_and_goes_on_afterwards) {
  OpenStore store = open_with_beginning({.pages_max = 100});
  const MessageWriter before = writer_;
  EXPECT_EQ(commit(store, writer_.write_many(kAlice, kLobby, 100, std::string(16000, 'x'))),
            CommitResult::full);
  EXPECT_EQ(store.journal->load().rooms[0].head, Sequence{0});
  EXPECT_EQ(store.journal->last_counter(kAlice, {7}), Counter{0});
  EXPECT_TRUE(store.archive->page(kLobby, {1}, 10).empty());

  writer_ = before;
  EXPECT_EQ(commit(store, {writer_.write(kAlice, kLobby, "small")}), CommitResult::committed);
  EXPECT_EQ(store.archive->page(kLobby, {1}, 10).size(), 1U);
}

TEST_F(SqliteJournalTest, keeps_what_was_stored_before_the_disk_was_full) {
  {
    OpenStore store = open_with_beginning({.pages_max = 100});
    commit(store, {writer_.write(kAlice, kLobby, "kept")});
    ASSERT_EQ(commit(store, writer_.write_many(kAlice, kLobby, 100, std::string(16000, 'x'))),
              CommitResult::full);
  }
  OpenStore store = open();
  EXPECT_EQ(store.journal->load().rooms[0].head, Sequence{1});
  EXPECT_EQ(store.archive->page(kLobby, {1}, 10).at(0).text, "kept");
}

TEST_F(SqliteJournalTest, fails_on_a_number_given_twice_and_stores_nothing_of_the_batch) {
  OpenStore store = open_with_beginning();
  const StoredMessage message = writer_.write(kAlice, kLobby, "once");
  EXPECT_THROW(commit(store, {message, message}), JournalFailure);
  EXPECT_EQ(store.journal->load().rooms[0].head, Sequence{0});
}

/// Makes every file of this process that would grow above `bytes` fail with an error that is no lack of
/// space.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : former_handler_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &former_);
    const rlimit limit{bytes, former_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &former_);
    ::signal(SIGXFSZ, former_handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit former_{};
  sighandler_t former_handler_;
};

TEST_F(SqliteJournalTest, fails_when_the_disk_cannot_write_and_a_restart_has_what_was_committed) {
  {
    OpenStore store = open_with_beginning();
    commit(store, {writer_.write(kAlice, kLobby, "safe")});
    const FileSizeLimit limit(256 * 1024);
    EXPECT_THROW(commit(store, writer_.write_many(kAlice, kLobby, 100, std::string(16000, 'x'))),
                 JournalFailure);
  }
  const Image image = open().journal->load();
  EXPECT_EQ(image.rooms[0].head, Sequence{1});
  EXPECT_EQ(image.clients[0].columns, Column{1});
}

TEST_F(SqliteJournalTest, leaves_its_log_to_the_restart_after_a_failure) {
  {
    OpenStore store = open_with_beginning();
    const FileSizeLimit limit(256 * 1024);
    EXPECT_THROW(commit(store, writer_.write_many(kAlice, kLobby, 100, std::string(16000, 'x'))),
                 JournalFailure);
  }
  EXPECT_TRUE(std::filesystem::exists(data() / "palabre.sqlite3-wal"));
}

TEST_F(SqliteJournalTest, folds_its_log_into_the_database_when_it_closes) {
  { OpenStore store = open_with_beginning(); }
  EXPECT_FALSE(std::filesystem::exists(data() / "palabre.sqlite3-wal"));
}

TEST_F(SqliteJournalTest, keeps_its_log_short_over_many_commits) {
  OpenStore store = open_with_beginning({.durability = Durability::memory});
  for (int i = 0; i < 400; ++i)
    commit(store, writer_.write_many(kAlice, kLobby, 10, std::string(16000, 'x')));
  constexpr std::uintmax_t kBytesMax = 20 * 1024 * 1024;  // of 64 MB that went through it
  EXPECT_LT(std::filesystem::file_size(store.directory.database_path().string() + "-wal"), kBytesMax);
}

TEST_F(SqliteJournalTest, stores_and_restarts_with_memory_durability_too) {
  {
    OpenStore store = open_with_beginning({.durability = Durability::memory});
    EXPECT_EQ(commit(store, {writer_.write(kAlice, kLobby, "light")}), CommitResult::committed);
  }
  EXPECT_EQ(open({.durability = Durability::memory}).journal->load().rooms[0].head, Sequence{1});
}

}  // namespace
}  // namespace palabre::broker
