#include <SQLiteCpp/Database.h>
#include <gmock/gmock.h>

#include <fstream>

#include "broker/maintenance/check.hpp"
#include "broker/maintenance/copy.hpp"
#include "broker/maintenance/repair.hpp"
#include "tests/broker/journal/store_fixture.hpp"
#include "tests/support/people.hpp"

/// What an administrator does with a store: look through it, copy it, put it back, save what can be saved.
namespace palabre::broker {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::ThrowsMessage;

/// A store with two clients, two rooms and 40 messages, half of them in each room, in commits of two.
class MaintenanceTest : public StoreTest {
 protected:
  MaintenanceTest() {
    OpenStore store =
        open({}, {registered(kAlice, "alice"), registered(kBob, "bob"),
                  record::RoomMade{kTea, "tea", kAlice, {1000}}, record::Joined{kTea, kBob, {1000}}});
    for (int i = 1; i <= 20; ++i) {
      commit(store, {writer_.write(kAlice, kLobby, "alice " + std::to_string(i), {1000 + std::uint64_t(i)}),
                     writer_.write(kBob, kTea, "bob " + std::to_string(i), {1000 + std::uint64_t(i)})});
    }
    using Kind = record::OperatorAct::Kind;
    commit(store, {record::OperatorAct{Kind::ban, kAlice, "noise", {1000}},
                   record::OperatorAct{Kind::unban, kAlice, "", {1000}},
                   record::OperatorAct{Kind::ban, kBob, "spam", {1000}},
                   record::OperatorAct{Kind::rename, kBob, "bobby", {1000}}});
  }

  [[nodiscard]] std::filesystem::path database() const { return database_in(data()); }
  void meddle(const std::string& sql) const {
    SQLite::Database(database().string(), SQLite::OPEN_READWRITE).exec(sql);
  }
  [[nodiscard]] std::vector<std::string> damages() const { return check_store(database()).damages; }

  MessageWriter writer_;
};

std::vector<std::string> texts(const OpenStore& store, RoomNumber room) {
  std::vector<std::string> all;
  for (const auto& event : store.archive->page(room, {1}, 1000)) all.push_back(event.text);
  return all;
}

using CheckTest = MaintenanceTest;

TEST_F(CheckTest, finds_a_whole_store_sound_and_counts_it) {
  const auto report = check_store(database());
  EXPECT_THAT(report.damages, IsEmpty());
  EXPECT_EQ(report.messages, 40U);
  EXPECT_EQ(report.rooms, 2U);
  EXPECT_EQ(report.clients, 2U);
}

TEST_F(CheckTest, looks_at_a_store_that_is_served) {
  OpenStore store = open();
  commit(store, {writer_.write(kAlice, kLobby, "one more")});
  const auto report = check_store(database());
  EXPECT_THAT(report.damages, IsEmpty());
  EXPECT_EQ(report.messages, 41U);
}

TEST_F(CheckTest, names_what_contradicts_itself) {
  const std::pair<const char*, const char*> cases[] = {
      {"DELETE FROM segment WHERE (place & 0xffffffffff) = 7", "is not the next"},
      {"UPDATE segment SET events = zeroblob(length(events)) WHERE (place & 0xffffffffff) = 7",
       "has changed"},
      {"UPDATE client SET name = 'carol' WHERE number = 2", "client 2 has changed"},
      {"UPDATE room SET name = 'tee' WHERE number = 2", "room 2 has changed"},
      {"DELETE FROM client WHERE number = 1", "before client 2 is a hole"},
      {"DELETE FROM row_recent WHERE number = 5", "the index of rows does not agree"},
      {R"(INSERT INTO row_index VALUES (1, 99, 1, 12345))", "the index of rows"},
      {R"(UPDATE row_recent SET "column" = "column" + 1 WHERE number = 5)",
       "the index of rows does not agree"},
      {"DELETE FROM outbox_index WHERE client = 2", "the first messages of client 2 have no ids"},
      {R"(INSERT INTO outbox_index VALUES (1, 999, 5, 1))", "an id of client 1 is of no message"},
      {"INSERT INTO member VALUES (9, 1, 0)", "a member of room 9"},
      {"UPDATE operator_act SET act = 'unban' WHERE number = 3", "act 3 of the operator has changed"},
      {"UPDATE operator_act SET client = 1 WHERE number = 3", "act 3 of the operator has changed"},
      {"UPDATE operator_act SET text = 'alice' WHERE number = 4", "act 4 of the operator has changed"},
      {"DELETE FROM operator_act WHERE number = 2", "act 2 of the operator is missing"},
  };
  for (const auto& [sql, named] : cases) {
    std::filesystem::copy(data(), temporary() / "kept");
    meddle(sql);
    EXPECT_THAT(damages(), Contains(HasSubstr(named))) << sql;
    std::filesystem::remove_all(data());
    std::filesystem::rename(temporary() / "kept", data());
  }
  EXPECT_THAT(damages(), IsEmpty());
}

using CopyTest = MaintenanceTest;

TEST_F(CopyTest, backs_up_a_store_that_is_served_and_restores_it_under_a_new_epoch) {
  OpenStore store = open();
  const auto epoch = store.journal->load().epoch;
  back_up_store(database(), temporary() / "backup");
  commit(store, {writer_.write(kAlice, kLobby, "after the backup")});
  EXPECT_THAT(check_store(temporary() / "backup").damages, IsEmpty());
  restore_store(temporary() / "backup", temporary() / "restored");
  const OpenStore restored(temporary() / "restored");
  EXPECT_NE(restored.journal->load().epoch, epoch);
  EXPECT_EQ(restored.journal->load().rooms.at(1).made_by, kAlice);
  EXPECT_THAT(texts(restored, kLobby), SizeIs(20));
  EXPECT_EQ(restored.journal->last_counter(kBob, {7}), Counter{20});
}

TEST_F(CopyTest, makes_files_that_only_their_owner_reads) {
  back_up_store(database(), temporary() / "backup");
  EXPECT_EQ(std::filesystem::status(temporary() / "backup").permissions(), std::filesystem::perms(0600));
}

TEST_F(CopyTest, overwrites_nothing) {
  back_up_store(database(), temporary() / "backup");
  EXPECT_THAT([&] { back_up_store(database(), temporary() / "backup"); },
              ThrowsMessage<StoreUnusable>(HasSubstr("File exists")));
  EXPECT_THAT([&] { restore_store(temporary() / "backup", data()); },
              ThrowsMessage<StoreUnusable>(HasSubstr("there is a store in")));
  EXPECT_THAT(check_store(temporary() / "backup").damages, IsEmpty());
}

TEST_F(CopyTest, leaves_nothing_of_what_is_no_store) {
  std::ofstream(temporary() / "letter") << "Dear Bob";
  EXPECT_THROW(back_up_store(temporary() / "letter", temporary() / "backup"), StoreUnusable);
  EXPECT_FALSE(std::filesystem::exists(temporary() / "backup"));
}

using RepairTest = MaintenanceTest;

TEST_F(RepairTest, copies_a_sound_store_whole_under_a_new_epoch) {
  const auto report = repair_store(database(), temporary() / "new");
  EXPECT_THAT(report.losses, IsEmpty());
  EXPECT_EQ(report.messages, 40U);
  EXPECT_THAT(check_store(database_in(temporary() / "new")).damages, IsEmpty());
  const OpenStore old(data());
  const OpenStore repaired(temporary() / "new");
  EXPECT_EQ(texts(repaired, kLobby), texts(old, kLobby));
  EXPECT_EQ(texts(repaired, kTea), texts(old, kTea));
  EXPECT_EQ(repaired.journal->last_counter(kAlice, {7}), Counter{20});
  const auto image = repaired.journal->load();
  EXPECT_NE(image.epoch, old.journal->load().epoch);
  EXPECT_THAT(image.rooms.at(1).members, ElementsAre(kBob));
  EXPECT_EQ(image.rooms.at(1).made_by, kAlice);
  EXPECT_FALSE(image.clients.at(0).ban.has_value());
  EXPECT_EQ(image.clients.at(1).ban, "spam");
  EXPECT_THAT(image.clients.at(1).renamed, ElementsAre("bobby"));
}

TEST_F(RepairTest, says_that_somebody_may_not_be_banned_any_more) {
  meddle("UPDATE operator_act SET text = 'tea' WHERE number = 3");
  const auto report = repair_store(database(), temporary() / "new");
  EXPECT_THAT(report.losses, ElementsAre(HasSubstr("see who is banned")));
  EXPECT_THAT(check_store(database_in(temporary() / "new")).damages, IsEmpty());
}

TEST_F(RepairTest, saves_all_but_the_messages_that_have_changed) {
  meddle("UPDATE segment SET events = zeroblob(length(events)) WHERE (place & 0xffffffffff) = 7");
  const auto report = repair_store(database(), temporary() / "new");
  EXPECT_EQ(report.messages, 38U);
  EXPECT_THAT(report.losses, ElementsAre("room 1: messages 7 to 7", "room 2: messages 7 to 7"));
  EXPECT_THAT(check_store(database_in(temporary() / "new")).damages, IsEmpty());
  const OpenStore repaired(temporary() / "new");
  const auto cells = repaired.archive->row(kAlice, {6}, 2);
  ASSERT_THAT(cells, SizeIs(2));
  EXPECT_EQ(cells[0].text, "alice 6");
  EXPECT_EQ(cells[1].text, "alice 8");
  EXPECT_EQ(original_in(*repaired.journal, kAlice, {7}, {8}).value().column, Column{7});
  EXPECT_EQ(repaired.journal->last_counter(kAlice, {7}), Counter{20})
      << "what was stored is not stored again";
}

TEST_F(RepairTest, says_that_a_log_is_gone) {
  meddle("UPDATE meta SET value = 'open, flushed' WHERE key = 'left'");
  const auto report = repair_store(database(), temporary() / "new");
  EXPECT_EQ(report.messages, 40U);
  EXPECT_THAT(report.losses, ElementsAre(HasSubstr("its log is gone")));
}

TEST_F(RepairTest, keeps_the_numbers_of_clients_and_rooms_that_are_lost) {
  meddle("UPDATE client SET name = 'x' WHERE number = 1; UPDATE room SET name = 'y' WHERE number = 2");
  const auto report = repair_store(database(), temporary() / "new");
  EXPECT_EQ(report.messages, 40U);
  EXPECT_THAT(report.losses, ElementsAre("client 1, now called lost-1",
                                         "room 2, now called lost/room-2 and closed to all but its members"));
  const auto image = OpenStore(temporary() / "new").journal->load();
  EXPECT_EQ(image.clients.at(0).name, "lost-1");
  EXPECT_EQ(image.clients.at(1).name, "bob");
  EXPECT_EQ(image.rooms.at(1).name, "lost/room-2") << "it may have been a closed one";
  EXPECT_EQ(image.rooms.at(1).standings.size(), image.rooms.at(1).members.size()) << "who was in it still is";
}

TEST_F(RepairTest, overwrites_nothing) {
  std::filesystem::create_directory(temporary() / "full");
  std::ofstream(temporary() / "full" / "letter") << "Dear Bob";
  EXPECT_THAT([&] { (void)repair_store(database(), temporary() / "full"); },
              ThrowsMessage<StoreUnusable>(HasSubstr("is not empty")));
}

/// A store of many pages, each of which is destroyed in turn.
class TornPagesTest : public StoreTest {
 protected:
  static constexpr std::uint64_t kMessages = 600;

  TornPagesTest() {
    OpenStore store = open({.durability = Durability::memory}, {registered(kAlice, "alice")});
    MessageWriter writer;
    for (std::uint64_t i = 1; i <= kMessages; ++i) {
      commit(store, {writer.write(kAlice, kLobby, std::string(200, static_cast<char>('a' + i % 26)))});
    }
  }

  [[nodiscard]] std::filesystem::path torn_at(std::uint64_t page) const {
    auto torn = temporary() / "torn";
    std::filesystem::copy_file(database_in(data()), torn, std::filesystem::copy_options::overwrite_existing);
    std::fstream(torn, std::ios::in | std::ios::out | std::ios::binary)
        .seekp(static_cast<std::streamoff>(4096 * page))
        .write(std::string(4096, '\x5a').data(), 4096);
    return torn;
  }
  /// How many messages repair brings into a store that is sound.
  [[nodiscard]] std::uint64_t saved_of(const std::filesystem::path& torn, std::uint64_t page) const {
    const auto to = temporary() / ("saved-" + std::to_string(page));
    const auto report = repair_store(torn, to);
    EXPECT_THAT(check_store(database_in(to)).damages, IsEmpty()) << "page " << page;
    return report.messages;
  }
};

TEST_F(TornPagesTest, is_noticed_and_the_rest_is_saved_whatever_page_is_destroyed) {
  const auto pages = std::filesystem::file_size(database_in(data())) / 4096;
  ASSERT_GT(pages, 30U);
  std::uint64_t saved = 0;
  std::uint64_t unreadable = 0;
  for (std::uint64_t page = 1; page < pages; ++page) {
    const auto torn = torn_at(page);
    try {
      EXPECT_FALSE(check_store(torn).is_sound()) << "page " << page;
      saved += saved_of(torn, page);
    } catch (const StoreUnusable& unusable) {
      // A page that says which tables there are: SQLite opens nothing without it.
      EXPECT_THAT(unusable.what(), HasSubstr("malformed"));
      ++unreadable;
    }
  }
  EXPECT_LE(unreadable, 2U);
  // A destroyed leaf costs its own messages; a destroyed root costs all.
  EXPECT_GT(saved, kMessages * (pages - 1) * 8 / 10);
}

}  // namespace
}  // namespace palabre::broker
