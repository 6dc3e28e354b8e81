#include "broker/session/reading_threads.hpp"

#include <sys/resource.h>

#include <atomic>

#include "tests/broker/session/session_fixture.hpp"

namespace palabre::broker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

/// An archive whose pages do not come before they are let go, or cannot be read at all.
class StubbornArchive : public MemoryJournal {
 public:
  std::vector<StoredEvent> page(RoomNumber room, Sequence from, std::size_t count) override {
    nice = ::getpriority(PRIO_PROCESS, 0);
    is_asked = true;
    is_held.wait(true);
    if (is_broken) throw std::runtime_error("the test's disk is broken");
    return MemoryJournal::page(room, from, count);
  }
  std::atomic<bool> is_held = false;
  std::atomic<bool> is_asked = false;
  std::atomic<bool> is_broken = false;
  std::atomic<int> nice = 0;
};

class ReadingThreadsTest : public SessionTest {
 protected:
  [[nodiscard]] Push ask(RequestId request, ClientNumber client = kAlice) {
    return reading().take({{client, kDesk, request}, request::History{"lobby", Sequence{1}, {}, 10}});
  }
  ReadingThreads& reading() { return stubborn_reading_; }

  StubbornArchive stubborn_;
  Reads stubborn_reads_{board_, stubborn_, clock_,
                        [this](const std::exception& failure) { unreadable_.add(failure.what()); }};
  ReadingThreads stubborn_reading_{{1, 68}, stubborn_reads_, replies_};
};

TEST_F(ReadingThreadsTest, are_named_and_stand_back_for_others) {
  EXPECT_TRUE(eventually([] { return threads_named("reader-1") == 2; })) << "the fixture has one, too";
  EXPECT_EQ(ask({1}), Push::taken);
  (void)replies_.reply_to(1);
  EXPECT_EQ(stubborn_.nice, 19);
}

TEST_F(ReadingThreadsTest, answer_a_clients_reads_in_their_order) {
  stubborn_.is_held = true;
  for (std::uint64_t id = 1; id <= 4; ++id) EXPECT_EQ(ask({id}), Push::taken);
  stubborn_.is_held = false;
  stubborn_.is_held.notify_all();
  const auto sent = replies_.wait_for(4);
  for (std::size_t i = 0; i < sent.size(); ++i) EXPECT_EQ(sent[i].request, RequestId{i + 1});
}

TEST_F(ReadingThreadsTest, take_no_more_than_they_have_space_for) {
  stubborn_.is_held = true;
  EXPECT_EQ(ask({1}), Push::taken);
  ASSERT_TRUE(eventually([this] { return stubborn_.is_asked.load(); }));
  for (std::uint64_t id = 2; id <= 5; ++id) EXPECT_EQ(ask({id}), Push::taken);
  EXPECT_EQ(ask({6}), Push::full);
  EXPECT_EQ(ask({7}, kBob), Push::taken) << "another one's share is another one's";
  stubborn_.is_held = false;
  stubborn_.is_held.notify_all();
  EXPECT_THAT(replies_.wait_for(6), SizeIs(6));
}

TEST_F(ReadingThreadsTest, let_nobody_wait_for_more_than_a_turn_of_each_other) {
  stubborn_.is_held = true;
  EXPECT_EQ(ask({1}), Push::taken);
  ASSERT_TRUE(eventually([this] { return stubborn_.is_asked.load(); }));
  for (std::uint64_t id = 2; id <= 5; ++id) EXPECT_EQ(ask({id}), Push::taken);
  EXPECT_EQ(ask({6}, kBob), Push::taken);
  stubborn_.is_held = false;
  stubborn_.is_held.notify_all();
  const auto sent = replies_.wait_for(6);
  EXPECT_EQ(sent.at(1).request, RequestId{6})
      << "the first was under way, and Alice has had her turn with it";
}

TEST_F(ReadingThreadsTest, refuse_what_cannot_be_read_and_go_on) {
  stubborn_.is_broken = true;
  EXPECT_EQ(ask({1}), Push::taken);
  EXPECT_EQ(replies_.reply_to(1).refusal(), RefusalCode::store_damaged);
  EXPECT_THAT(unreadable_.all(), ElementsAre(HasSubstr("the test's disk is broken")));
  stubborn_.is_broken = false;
  EXPECT_EQ(ask({2}), Push::taken);
  EXPECT_NO_THROW((void)replies_.reply_to(2).as<reply::Page>());
}

TEST_F(ReadingThreadsTest, read_no_more_when_they_end_and_refuse_what_waits) {
  stubborn_.is_held = true;
  for (std::uint64_t id = 1; id <= 4; ++id) EXPECT_EQ(ask({id}), Push::taken);
  ASSERT_TRUE(eventually([this] { return stubborn_.is_asked.load(); }));
  std::jthread end([this] { reading().finish(); });
  ASSERT_TRUE(eventually([this] { return ask({5}, kBob) == Push::closed; }));
  stubborn_.is_held = false;
  stubborn_.is_held.notify_all();
  end.join();
  EXPECT_NO_THROW((void)replies_.reply_to(1).as<reply::Page>()) << "it was being read";
  for (std::uint64_t id = 2; id <= 4; ++id) EXPECT_EQ(replies_.reply_to(id).refusal(), RefusalCode::stopping);
}

}  // namespace
}  // namespace palabre::broker
