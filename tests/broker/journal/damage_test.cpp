#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <gmock/gmock.h>

#include <fstream>

#include "broker/journal/journal_failure.hpp"
#include "tests/broker/journal/store_fixture.hpp"
#include "tests/support/people.hpp"

/// Stores that a disk, or somebody, has changed: damage is named and refused, never served.
namespace palabre::broker {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;
using testing::ThrowsMessage;

class DamagedStoreTest : public StoreTest {
 protected:
  DamagedStoreTest() {
    OpenStore store = open({}, {registered(kAlice, "alice")});
    for (int i = 1; i <= 3; ++i) commit(store, {writer_.write(kAlice, kLobby, "text " + std::to_string(i))});
  }

  [[nodiscard]] std::filesystem::path database() const { return database_in(data()); }
  void meddle(const char* sql) const {
    SQLite::Database(database().string(), SQLite::OPEN_READWRITE).exec(sql);
  }
  /// Changes a text in the file itself, as long as it was.
  void overwrite(const std::string& was, const std::string& is) const {
    std::fstream file(database(), std::ios::in | std::ios::out | std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    const auto place = bytes.find(was);
    ASSERT_NE(place, std::string::npos);
    file.seekp(static_cast<std::streamoff>(place));
    file << is;
  }

  MessageWriter writer_;
};

TEST_F(DamagedStoreTest, serves_everything_but_a_text_that_has_changed) {
  overwrite("text 2", "taxt 2");
  const OpenStore store = open();
  EXPECT_THAT(store.archive->page(kLobby, {3}, 10), SizeIs(1));
  const auto named = AllOf(HasSubstr("damaged"), HasSubstr("room 1 from sequence 2"));
  EXPECT_THAT([&] { (void)store.archive->page(kLobby, {1}, 10); }, ThrowsMessage<JournalFailure>(named));
  EXPECT_THAT([&] { (void)store.archive->row(kAlice, {2}, 1); }, ThrowsMessage<JournalFailure>(named));
}

TEST_F(DamagedStoreTest, notices_each_column_of_a_segment) {
  for (const char* column : {"time", "last_at", "checksum"}) {
    meddle(("UPDATE segment SET " + std::string(column) + " = " + column +
            " + 1 WHERE (place & 0xffffffffff) = 2")
               .c_str());
    const OpenStore store = open();
    EXPECT_THROW((void)store.archive->page(kLobby, {2}, 1), JournalFailure) << column;
    meddle(("UPDATE segment SET " + std::string(column) + " = " + column +
            " - 1 WHERE (place & 0xffffffffff) = 2")
               .c_str());
  }
  EXPECT_THAT(open().archive->page(kLobby, {2}, 1), SizeIs(1));
}

TEST_F(DamagedStoreTest, does_not_start_with_a_name_that_has_changed) {
  overwrite("alice", "alicf");
  const OpenStore store = open();
  EXPECT_THAT([&] { (void)store.journal->load(); },
              ThrowsMessage<JournalFailure>(HasSubstr("client 1 has changed")));
}

TEST_F(DamagedStoreTest, does_not_start_with_a_broken_page) {
  std::fstream file(database(), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(4096);
  file << std::string(4096, 'x');
  file.close();
  EXPECT_THAT([&] { (void)open(); },
              ThrowsMessage<StoreUnusable>(AllOf(HasSubstr("is damaged"), HasSubstr("palabred repair"))));
}

TEST_F(DamagedStoreTest, does_not_start_with_an_index_from_which_numbers_would_be_given_twice) {
  meddle(R"(UPDATE row_recent SET count = 2 WHERE "column" = 1)");
  EXPECT_THAT([&] { (void)open(); },
              ThrowsMessage<StoreUnusable>(HasSubstr("the row of client 1 has a hole")));
  meddle(R"(DELETE FROM row_recent)");
  EXPECT_THAT([&] { (void)open(); }, ThrowsMessage<StoreUnusable>(HasSubstr("not the same messages")));
}

TEST_F(DamagedStoreTest, does_not_start_without_the_log_of_a_broker_that_was_killed) {
  meddle("UPDATE meta SET value = 'open, flushed' WHERE key = 'left'");
  EXPECT_THAT([&] { (void)open(); }, ThrowsMessage<StoreUnusable>(HasSubstr("-wal, is gone")));
}

TEST_F(DamagedStoreTest, begins_a_new_epoch_when_the_machine_went_down_before_anything_was_flushed) {
  const auto before = open().journal->load().epoch;
  meddle("UPDATE meta SET value = 'open, not flushed, boot 0123' WHERE key = 'left'");
  const auto after = open().journal->load().epoch;
  EXPECT_NE(after, before);
  EXPECT_EQ(open().journal->load().epoch, after) << "it was closed this time";
}

TEST_F(DamagedStoreTest, keeps_the_epoch_when_only_the_broker_was_killed) {
  const auto before = open({.durability = Durability::memory}).journal->load().epoch;
  const auto copied = temporary() / "copied";
  {
    const OpenStore store = open({.durability = Durability::memory});
    std::filesystem::copy(data(), copied);  // what a killed broker leaves
  }
  EXPECT_EQ(OpenStore(copied).journal->load().epoch, before);
}

}  // namespace
}  // namespace palabre::broker
