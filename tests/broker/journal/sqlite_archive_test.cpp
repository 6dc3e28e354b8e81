#include "broker/journal/sqlite_archive.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "schema/limits.hpp"
#include "tests/broker/journal/store_fixture.hpp"
#include "tests/support/people.hpp"

namespace palabre::broker {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class SqliteArchiveTest : public StoreTest {
 protected:
  SqliteArchiveTest() : store_(data(), {.durability = Durability::memory}) {}

  Archive& archive() { return *store_.archive; }

  OpenStore store_;
  MessageWriter writer_;
};

TEST_F(SqliteArchiveTest, answers_nothing_for_an_empty_store) {
  EXPECT_EQ(archive().head(kLobby), Sequence{0});
  EXPECT_EQ(archive().columns(kAlice), Column{0});
  EXPECT_THAT(archive().page(kLobby, {1}, 10), IsEmpty());
  EXPECT_THAT(archive().row(kAlice, {1}, 10), IsEmpty());
  EXPECT_FALSE(archive().cell(kAlice, {1}).has_value());
  EXPECT_EQ(archive().first_since(kLobby, {1}), Sequence{1});
}

TEST_F(SqliteArchiveTest, reads_a_message_byte_for_byte) {
  const std::string text = "caf\xc3\xa9 \xf0\x9f\x8d\xb5\n\t'; DROP TABLE message; --";
  commit(store_, {writer_.write(kAlice, kLobby, text, {123456789012})});
  const auto events = archive().page(kLobby, {1}, 10);
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].client, kAlice);
  EXPECT_EQ(events[0].column, Column{1});
  EXPECT_EQ(events[0].at, TimeMs{123456789012});
  EXPECT_EQ(events[0].text, text);
}

TEST_F(SqliteArchiveTest, pages_a_timeline_in_order_within_the_count) {
  for (int i = 1; i <= 20; ++i) {
    commit(store_, {writer_.write(i % 2 == 0 ? kAlice : kBob, kLobby, std::to_string(i))});
    commit(store_, {writer_.write(kAlice, kTea, "elsewhere")});
  }
  const auto events = archive().page(kLobby, {5}, 10);
  ASSERT_THAT(events, SizeIs(10));
  for (std::size_t i = 0; i < events.size(); ++i) EXPECT_EQ(events[i].text, std::to_string(5 + i));
  EXPECT_THAT(archive().page(kLobby, {16}, 10), SizeIs(5));
  EXPECT_THAT(archive().page(kLobby, {21}, 10), IsEmpty());
  EXPECT_THAT(archive().page(kLobby, {1}, 0), IsEmpty());
  EXPECT_EQ(archive().head(kLobby), Sequence{20});
}

TEST_F(SqliteArchiveTest, bounds_a_page_and_a_row_by_their_text) {
  constexpr std::size_t kTextBytes = limits::kEventsTextBytesMax / 10;
  commit(store_, writer_.write_many(kAlice, kLobby, 30, std::string(kTextBytes, 'x')));
  EXPECT_THAT(archive().page(kLobby, {1}, 1024), SizeIs(10));
  EXPECT_THAT(archive().row(kAlice, {1}, 1024), SizeIs(10));
  EXPECT_THAT(archive().page(kLobby, {25}, 1024), SizeIs(6));
}

TEST_F(SqliteArchiveTest, gives_at_least_one_message_however_long) {
  commit(store_, writer_.write_many(kAlice, kLobby, 2, std::string(limits::kEventsTextBytesMax, 'x')));
  EXPECT_THAT(archive().page(kLobby, {1}, 1024), SizeIs(1));
  EXPECT_THAT(archive().row(kAlice, {2}, 1024), SizeIs(1));
}

TEST_F(SqliteArchiveTest, reads_a_row_in_order_that_went_to_and_fro_between_rooms_in_one_commit) {
  commit(store_, {writer_.write(kAlice, kLobby, "one"), writer_.write(kAlice, kTea, "two"),
                  writer_.write(kAlice, kLobby, "three"), writer_.write(kAlice, kLobby, "four"),
                  writer_.write(kAlice, kTea, "five"), writer_.write(kAlice, kLobby, "six"),
                  writer_.write(kBob, kTea, "seven"), writer_.write(kAlice, kTea, "eight"),
                  writer_.write(kAlice, kLobby, "nine")});
  EXPECT_EQ(archive().columns(kAlice), Column{8});
  EXPECT_EQ(archive().cell(kAlice, {2})->text, "two");
  EXPECT_EQ(archive().row(kAlice, {2}, 1).front().column, Column{2});
  const auto cells = archive().row(kAlice, {1}, 10);
  ASSERT_THAT(cells, SizeIs(8));
  for (std::size_t i = 0; i < cells.size(); ++i) EXPECT_EQ(cells[i].column, Column{}.plus(i + 1));
}

TEST_F(SqliteArchiveTest, reads_a_row_as_exactly_what_its_client_sent_over_all_rooms) {
  for (int i = 1; i <= 10; ++i) {
    commit(store_, {writer_.write(kAlice, i % 2 == 0 ? kTea : kLobby, std::to_string(i))});
    commit(store_, {writer_.write(kBob, kLobby, "other")});
  }
  const auto cells = archive().row(kAlice, {1}, 100);
  ASSERT_THAT(cells, SizeIs(10));
  for (std::size_t i = 0; i < cells.size(); ++i) {
    EXPECT_EQ(cells[i].column, Column{1}.plus(i));
    EXPECT_EQ(cells[i].text, std::to_string(i + 1));
  }
  EXPECT_EQ(cells[1].room, kTea);
  EXPECT_EQ(cells[1].sequence, Sequence{1});
  EXPECT_EQ(archive().columns(kAlice), Column{10});
  EXPECT_THAT(archive().row(kAlice, {4}, 3), SizeIs(3));
}

TEST_F(SqliteArchiveTest, reads_a_row_over_the_end_of_its_index) {
  // Rows are noted commit by commit, and each 4,096 notes moved to their index.
  constexpr std::size_t kCommits = 5000;
  for (std::size_t i = 1; i <= kCommits; ++i) {
    commit(store_, {writer_.write(kAlice, kLobby, std::to_string(i))});
    if (i == 10) commit(store_, {writer_.write(kBob, kLobby, "only once")});
  }
  EXPECT_EQ(archive().columns(kAlice), Column{kCommits});
  EXPECT_EQ(archive().columns(kBob), Column{1});
  EXPECT_THAT(archive().row(kBob, {1}, 10), SizeIs(1));
  const auto cells = archive().row(kAlice, {4000}, 1001);
  ASSERT_THAT(cells, SizeIs(1001));
  for (std::size_t i = 0; i < cells.size(); ++i) {
    EXPECT_EQ(cells[i].column, Column{4000}.plus(i));
    EXPECT_EQ(cells[i].text, std::to_string(4000 + i));
  }
  EXPECT_THAT(archive().row(kAlice, {4090}, 10), SizeIs(10));
}

TEST_F(SqliteArchiveTest, reads_a_single_cell) {
  commit(store_, writer_.write_many(kAlice, kLobby, 2, "first"));
  commit(store_, {writer_.write(kAlice, kTea, "third", {2500})});
  const auto cell = archive().cell(kAlice, {3});
  ASSERT_TRUE(cell.has_value());
  EXPECT_EQ(cell->column, Column{3});
  EXPECT_EQ(cell->room, kTea);
  EXPECT_EQ(cell->sequence, Sequence{1});
  EXPECT_EQ(cell->at, TimeMs{2500});
  EXPECT_EQ(cell->text, "third");
  EXPECT_FALSE(archive().cell(kAlice, {0}).has_value());
  EXPECT_FALSE(archive().cell(kAlice, {4}).has_value());
}

TEST_F(SqliteArchiveTest, finds_the_first_message_since_a_time) {
  for (const std::uint64_t at : {100U, 200U, 200U, 200U, 300U}) {
    commit(store_, {writer_.write(kAlice, kLobby, "tick", {at})});
  }
  EXPECT_EQ(archive().first_since(kLobby, {0}), Sequence{1});
  EXPECT_EQ(archive().first_since(kLobby, {100}), Sequence{1});
  EXPECT_EQ(archive().first_since(kLobby, {101}), Sequence{2});
  EXPECT_EQ(archive().first_since(kLobby, {200}), Sequence{2});
  EXPECT_EQ(archive().first_since(kLobby, {201}), Sequence{5});
  EXPECT_EQ(archive().first_since(kLobby, {300}), Sequence{5});
  EXPECT_EQ(archive().first_since(kLobby, {301}), Sequence{6});
}

TEST_F(SqliteArchiveTest, shows_a_commit_to_every_reader_once_it_returned) {
  for (std::uint64_t i = 1; i <= 50; ++i) {
    commit(store_, {writer_.write(kAlice, kLobby, "now")});
    EXPECT_EQ(archive().head(kLobby), Sequence{i});
  }
}

TEST_F(SqliteArchiveTest, serves_more_threads_than_connections_beside_a_writer) {
  constexpr std::uint64_t kMessages = 2000;
  constexpr std::size_t kThreads = 3 * kArchiveReadersDefault;
  std::atomic<std::size_t> failures = 0;
  {
    std::vector<std::jthread> readers;
    for (std::size_t i = 0; i < kThreads; ++i) {
      readers.emplace_back([&] {
        Sequence last;
        while (last.value < kMessages) {
          const auto events = archive().page(kLobby, last.next(), 100);
          for (const auto& event : events) {
            last = last.next();
            if (event.column.value != last.value || event.text != std::to_string(last.value)) ++failures;
          }
        }
      });
    }
    for (std::uint64_t i = 1; i <= kMessages; i += 10) {
      std::vector<Record> batch;
      for (std::uint64_t j = i; j < i + 10; ++j)
        batch.emplace_back(writer_.write(kAlice, kLobby, std::to_string(j)));
      commit(store_, batch);
    }
  }
  EXPECT_EQ(failures, 0U);
}

TEST_F(SqliteArchiveTest, survives_the_journal_and_reads_on) {
  commit(store_, {writer_.write(kAlice, kLobby, "last words")});
  store_.journal.reset();
  EXPECT_THAT(archive().page(kLobby, {1}, 10), SizeIs(1));
}

}  // namespace
}  // namespace palabre::broker
