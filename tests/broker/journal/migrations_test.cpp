#include "broker/journal/migrations.hpp"

#include <SQLiteCpp/Database.h>
#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "broker/journal/journal_failure.hpp"
#include "schema/text.hpp"
#include "tests/broker/journal/store_fixture.hpp"

namespace palabre::broker {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Throws;
using testing::ThrowsMessage;

class MigrationsTest : public StoreTest {
 protected:
  /// Runs SQL on the store's file as a stranger would.
  void meddle(const char* sql) const {
    const std::filesystem::path path = DataDirectory(data()).database_path();
    SQLite::Database(path.string(), SQLite::OPEN_READWRITE).exec(sql);
  }
};

TEST_F(MigrationsTest, make_a_new_store_with_an_epoch_and_the_lobby) {
  const Image image = open().journal->load();
  EXPECT_TRUE(is_epoch(image.epoch)) << image.epoch;
  ASSERT_EQ(image.rooms.size(), 1U);
  EXPECT_EQ(image.rooms[0].number, kLobby);
  EXPECT_EQ(image.rooms[0].name, kLobbyName);
  EXPECT_EQ(image.rooms[0].head, Sequence{0});
  EXPECT_TRUE(image.rooms[0].members.empty());
  EXPECT_TRUE(image.clients.empty());
  EXPECT_EQ(image.last_at, TimeMs{0});
}

TEST_F(MigrationsTest, keep_the_epoch_of_a_store_that_exists) {
  const Epoch epoch = open().journal->load().epoch;
  EXPECT_EQ(open().journal->load().epoch, epoch);
}

TEST_F(MigrationsTest, give_each_new_store_an_epoch_of_its_own) {
  const OpenStore one(temporary() / "one");
  const OpenStore other(temporary() / "other");
  EXPECT_NE(one.journal->load().epoch, other.journal->load().epoch);
}

TEST_F(MigrationsTest, refuse_a_store_of_a_newer_version_and_leave_it_alone) {
  { const OpenStore store = open(); }
  meddle("PRAGMA user_version = 99");
  const auto newer =
      AllOf(HasSubstr("palabre.sqlite3"), HasSubstr("newer palabred"), HasSubstr("version 99"));
  EXPECT_THAT([&] { (void)open(); }, ThrowsMessage<StoreUnusable>(newer));
  EXPECT_THAT([&] { (void)open(); }, ThrowsMessage<StoreUnusable>(newer));
}

TEST_F(MigrationsTest, refuse_another_programs_database_and_leave_it_alone) {
  meddle("CREATE TABLE bookmarks (address TEXT); INSERT INTO bookmarks VALUES ('here')");
  EXPECT_THAT([&] { (void)open(); },
              ThrowsMessage<StoreUnusable>(HasSubstr("palabre.sqlite3 is not a palabre store")));
  SQLite::Database database((data() / "palabre.sqlite3").string());
  EXPECT_EQ(database.execAndGet("SELECT address FROM bookmarks").getString(), "here");
  EXPECT_EQ(database.execAndGet("PRAGMA journal_mode").getString(), "delete");
}

TEST_F(MigrationsTest, refuse_an_empty_database_that_another_program_marked) {
  meddle("PRAGMA application_id = 252006674");
  EXPECT_THAT([&] { (void)open(); }, ThrowsMessage<StoreUnusable>(HasSubstr("is not a palabre store")));
}

TEST_F(MigrationsTest, refuse_a_file_that_is_no_database) {
  std::ofstream(DataDirectory(data()).database_path()) << std::string(5000, 'x');
  EXPECT_THAT([&] { (void)open(); }, ThrowsMessage<StoreUnusable>(HasSubstr("palabre.sqlite3")));
}

class FirstVersionTest : public MigrationsTest {
 protected:
  FirstVersionTest() {
    const std::ifstream dump(PALABRE_SOURCE_DIR "/tests/broker/journal/first_version.sql");
    std::ostringstream sql;
    sql << dump.rdbuf();
    const std::filesystem::path path = DataDirectory(data()).database_path();
    SQLite::Database(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec(sql.str());
  }
};

TEST_F(FirstVersionTest, keeps_every_number_and_its_epoch) {
  const OpenStore store = open();
  const Image image = store.journal->load();
  EXPECT_EQ(image.epoch, "00112233445566aa");
  EXPECT_EQ(image.clients.at(0).columns, Column{4});
  EXPECT_EQ(image.clients.at(1).columns, Column{1});
  EXPECT_EQ(image.rooms.at(0).head, Sequence{4});
  EXPECT_EQ(image.rooms.at(1).head, Sequence{1});
  EXPECT_EQ(image.last_at, TimeMs{90'000'000});
}

TEST_F(FirstVersionTest, keeps_every_message_in_its_place) {
  const OpenStore store = open();
  std::vector<std::string> timeline;
  for (const auto& [client, column, at, text] : store.archive->page(kLobby, {1}, 100)) {
    timeline.push_back(std::to_string(client.value) + "." + std::to_string(column.value) + " @" +
                       std::to_string(at.value) + " " + text);
  }
  EXPECT_THAT(timeline,
              ElementsAre("1.1 @2000 one", "2.1 @2050 I am bob", "1.2 @2100 two", "1.4 @90000000 four"));
  std::vector<std::string> row;
  for (const auto& cell : store.archive->row({1}, {1}, 100)) {
    row.push_back(std::to_string(cell.column.value) + " " + std::to_string(cell.room.value) + "/" +
                  std::to_string(cell.sequence.value) + " " + cell.text);
  }
  EXPECT_THAT(row, ElementsAre("1 1/1 one", "2 1/3 two", "3 2/1 three, in tea", "4 1/4 four"));
}

TEST_F(FirstVersionTest, keeps_the_ids_that_clients_gave_their_posts) {
  const OpenStore store = open();
  EXPECT_EQ(store.journal->last_counter({1}, {7}), Counter{3});
  EXPECT_EQ(store.journal->last_counter({1}, {8}), Counter{1});
  EXPECT_EQ(store.journal->last_counter({2}, {9}), Counter{1});
  EXPECT_EQ(original_in(*store.journal, {1}, {7}, {2}).value().sequence, Sequence{3});
  EXPECT_EQ(original_in(*store.journal, {1}, {7}, {3}).value().column, Column{4});
  EXPECT_EQ(original_in(*store.journal, {1}, {8}, {1}).value().room, RoomNumber{2});
  EXPECT_FALSE(original_in(*store.journal, {1}, {8}, {2}).has_value())
      << "the next cell is of another outbox";
}

TEST_F(MigrationsTest, keep_the_rows_that_the_second_version_indexed) {
  MessageWriter writer;
  { const OpenStore store = open({}, {registered({1}, "alice"), writer.write({1}, kLobby, "one")}); }
  meddle(R"sql(INSERT INTO row_index SELECT client, "column", count, place FROM row_recent;
               DROP TABLE standing;
               DROP TABLE moderation;
               DROP TABLE row_recent;
               ALTER TABLE segment DROP COLUMN checksum;
               ALTER TABLE client DROP COLUMN checksum;
               ALTER TABLE client DROP COLUMN key;
               ALTER TABLE client DROP COLUMN invite;
               ALTER TABLE room DROP COLUMN checksum;
               DELETE FROM meta WHERE key = 'left';
               DROP TABLE operator_act;
               PRAGMA user_version = 2)sql");
  OpenStore store = open();
  EXPECT_EQ(store.journal->load().clients.at(0).columns, Column{1});
  commit(store, {writer.write({1}, kLobby, "two")});
  EXPECT_EQ(store.journal->load().clients.at(0).columns, Column{2});
  EXPECT_EQ(store.archive->row({1}, {1}, 10).size(), 2U);
}

TEST_F(MigrationsTest, keep_who_there_was_before_there_were_keys) {
  { const OpenStore store = open({}, {registered({1}, "alice")}); }
  meddle(R"sql(DROP TABLE standing;
               DROP TABLE moderation;
               ALTER TABLE client DROP COLUMN key;
               ALTER TABLE client DROP COLUMN invite;
               DROP TABLE operator_act;
               PRAGMA user_version = 3)sql");
  OpenStore store = open();
  EXPECT_EQ(store.journal->load().clients.at(0).proof, (Proof{TokenHash(32, '\0'), {}, {}}));
  const CurveKey key(kKeyBytes, 'k');
  commit(store, {record::KeyBound{{1}, key}});
  EXPECT_EQ(store.journal->load().clients.at(0).proof.key, key);
}

TEST_F(MigrationsTest, ban_nobody_who_was_there_before_there_were_bans) {
  { const OpenStore store = open({}, {registered({1}, "alice")}); }
  meddle("DROP TABLE operator_act; DROP TABLE standing; DROP TABLE moderation; PRAGMA user_version = 4");
  OpenStore store = open();
  EXPECT_FALSE(store.journal->load().clients.at(0).ban.has_value());
  commit(store, {record::OperatorAct{record::OperatorAct::Kind::ban, {1}, "spam", {1000}}});
  EXPECT_EQ(store.journal->load().clients.at(0).ban, "spam");
}

TEST_F(MigrationsTest, let_names_change_in_a_store_of_before) {
  { const OpenStore store = open({}, {registered({1}, "alice")}); }
  meddle("PRAGMA user_version = 5");
  {
    OpenStore store = open();
    commit(store, {record::OperatorAct{record::OperatorAct::Kind::rename, {1}, "alicia", {1000}}});
  }
  EXPECT_THAT(open().journal->load().clients.at(0).renamed, ElementsAre("alicia"));
  SQLite::Database database((data() / "palabre.sqlite3").string());
  EXPECT_EQ(database.execAndGet("PRAGMA user_version").getInt(), 6) << "older programs leave it alone";
}

TEST_F(MigrationsTest, leave_a_hole_in_the_client_numbers_unserved) {
  { const OpenStore store = open(); }
  meddle("INSERT INTO client (number, name, token, registered_at) VALUES (2, 'bob', x'00', 0)");
  const OpenStore store = open();
  EXPECT_THAT([&] { (void)store.journal->load(); }, Throws<JournalFailure>());
}

}  // namespace
}  // namespace palabre::broker
