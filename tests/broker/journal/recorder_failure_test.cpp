#include <atomic>
#include <chrono>
#include <stdexcept>

#include "broker/threads/processor_time.hpp"
#include "tests/broker/journal/recorder_fixture.hpp"

/// The recorder when the store is slow, full or failing: who is told what, and when.
namespace palabre::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Weather = MemoryJournal::Weather;

/// A journal that looks around at each commit: whatever was told by then was told too soon.
class WatchfulJournal : public Journal {
 public:
  WatchfulJournal(MemoryJournal& journal, std::function<std::size_t()> count_told)
      : journal_(journal), count_told_(std::move(count_told)) {}

  Image load() override { return journal_.load(); }
  CommitResult commit(std::span<const Record> records, std::span<const Segment> segments) override {
    told_before.add(count_told_());
    burn(commit_takes);
    return journal_.commit(records, segments);
  }
  Counter last_counter(ClientNumber client, OutboxId outbox) override {
    return journal_.last_counter(client, outbox);
  }
  std::vector<Original> originals(ClientNumber client, OutboxId outbox, Counter first,
                                  std::size_t count) override {
    ++look_ups;
    burn(look_up_takes);
    return journal_.originals(client, outbox, first, count);
  }

  static void burn(std::chrono::milliseconds time) {
    const auto end = processor_time() + time;
    while (processor_time() < end) {
    }
  }

  Collected<std::size_t> told_before;
  std::atomic<int> look_ups = 0;
  std::atomic<std::chrono::milliseconds> look_up_takes{};
  std::atomic<std::chrono::milliseconds> commit_takes{};

 private:
  MemoryJournal& journal_;
  std::function<std::size_t()> count_told_;
};

class WatchedRecorderTest : public RecorderTest {
 protected:
  WatchedRecorderTest() { restart(); }
  ~WatchedRecorderTest() override { recorder_.reset(); }
  Journal& used_journal() override { return watchful_; }

  /// Everything that anybody outside was told.
  std::size_t count_told() const {
    return feed_.batches.all().size() + feed_.notices.all().size() + replies_.all().size() +
           door_.admissions.all().size() + door_.departures.all().size();
  }
  WatchfulJournal watchful_{journal_, [this] { return count_told(); }};
};

TEST_F(WatchedRecorderTest, has_who_repeats_too_much_wait_and_nobody_else) {
  connect_both();
  decide_at_once({post({kAlice, kAlices, {2}}, {1}, {"one"}), post({kBob, kBobs, {3}}, {1}, {"two"})});
  watchful_.look_up_takes = std::chrono::milliseconds(50);
  decide_at_once({post({kAlice, kAlices, {4}}, {1}, {"one"}), post({kAlice, kAlices, {5}}, {1}, {"one"}),
                  post({kAlice, kAlices, {6}}, {2}, {"three"}), post({kBob, kBobs, {7}}, {1}, {"two"}),
                  command::Post{{kAlice, kAlices, {8}}, {"lobby", {78}, {1}, {"four"}}}});
  EXPECT_EQ(replies_.reply_to(4).as<reply::Stored>().acks, replies_.reply_to(2).as<reply::Stored>().acks);
  const auto refusal = replies_.reply_to(5).as<Refusal>();
  EXPECT_EQ(refusal.code, RefusalCode::too_fast);
  EXPECT_GT(refusal.retry_after_ms.value(), 1000U) << "30 ms too much, and a fiftieth of the time is hers";
  EXPECT_EQ(replies_.reply_to(6).refusal(), std::nullopt) << "what is new needs no looking up";
  EXPECT_EQ(replies_.reply_to(7).refusal(), std::nullopt);
  EXPECT_EQ(replies_.reply_to(8).refusal(), std::nullopt) << "nor is an outbox new that nobody knows yet";
  EXPECT_THAT(stored_texts(), ElementsAre("one", "two", "three", "four"));
}

TEST_F(WatchedRecorderTest, has_who_repeats_in_parts_wait_before_the_first_one_only) {
  connect_both();
  decide_at_once({post({kAlice, kAlices, {2}}, {1}, {"one", "two"})});
  watchful_.look_up_takes = std::chrono::milliseconds(50);
  const auto repeat = [](RequestId request) {
    const auto whole = std::make_shared<PostInParts>(PostInParts{{1}, 2, {}});
    const auto part = [&](Counter counter, std::string_view text) {
      return command::Post{
          .origin = {kAlice, kAlices, request}, .post = {"lobby", kOutbox, counter, {text}}, .whole = whole};
    };
    return std::vector<Command>{part({1}, "one"), part({2}, "two")};
  };
  decide_at_once(repeat({3}));
  EXPECT_EQ(replies_.reply_to(3).refusal(), std::nullopt) << "or it would wait each time it comes";
  const int before = watchful_.look_ups;
  decide_at_once(repeat({4}));
  EXPECT_EQ(replies_.reply_to(4).refusal(), RefusalCode::too_fast);
  EXPECT_EQ(watchful_.look_ups, before) << "nor is the rest of what was refused";
}

TEST_F(WatchedRecorderTest, has_nobody_pay_for_a_commit_that_took_long) {
  connect_both();
  watchful_.commit_takes = std::chrono::milliseconds(50);
  decide_at_once({post({kAlice, kAlices, {2}}, {1}, {"one"}), post({kAlice, kAlices, {3}}, {1}, {"one"}),
                  post({kAlice, kAlices, {4}}, {1}, {"one"})});
  EXPECT_EQ(replies_.reply_to(3).refusal(), std::nullopt);
  EXPECT_EQ(replies_.reply_to(4).refusal(), std::nullopt);
}

TEST_F(RecorderTest, tells_the_operator_when_there_is_no_space_for_what_he_orders) {
  connect_both();
  journal_.set_weather(Weather::full);
  decide_at_once({command::Operate{{7}, order::Ban{"alice", "spam"}}});
  const auto rulings = door_.rulings.all();
  ASSERT_THAT(rulings, SizeIs(1));
  EXPECT_EQ(rulings[0].order, OrderId{7});
  EXPECT_EQ(rulings[0].refusal.value().code, RefusalCode::storage_full);
  EXPECT_THAT(rulings[0].ended, IsEmpty());
  const auto departed = door_.departures.all();
  ASSERT_THAT(departed, SizeIs(1)) << "what she asks for next would be refused, and be no stranger's";
  EXPECT_EQ(departed[0].connection, kAlices);
  EXPECT_TRUE(departed[0].is_last);
  journal_.set_weather(Weather::fine);
  decide_at_once({admit("alice", kAlices)});
  decide_at_once({command::Operate{{8}, order::Ban{"alice", "spam"}}});
  EXPECT_FALSE(door_.rulings.all().at(1).refusal.has_value()) << "it was not banned before";
  EXPECT_THAT(door_.rulings.all().at(1).ended, ElementsAre(kAlices));
}

TEST_F(RecorderTest, keeps_no_connection_of_whom_it_has_refused_for_want_of_space) {
  connect_both();
  journal_.set_weather(Weather::full);
  constexpr ConnectionId kNew{13};
  auto hello = std::get<command::Admit>(admit("alice", kNew));
  hello.key = "her first key";
  decide_at_once({hello});
  const auto departed = door_.departures.all();
  ASSERT_THAT(departed, SizeIs(1));
  EXPECT_EQ(departed[0].connection, kNew);
  EXPECT_FALSE(departed[0].is_last) << "she is there on another one";
  journal_.set_weather(Weather::fine);
  auto next = std::get<command::Admit>(admit("alice", {14}));
  next.connections_max = 2;
  const auto welcomed = door_.admissions.all().size();
  decide_at_once({next});
  EXPECT_EQ(door_.admissions.all().size(), welcomed + 1) << "the one that was refused counted";
}

TEST_F(WatchedRecorderTest, tells_nobody_before_the_commit) {
  connect_both();
  const auto told = count_told() + 1;  // and the answer to the question that begins a batch
  decide_at_once({post({kAlice, kAlices, {2}}, {1}, {"one"}), join({kBob, kBobs, {3}}, "tea"),
                  admit("carol", {13}), command::Depart{{kBob, kBobs, {4}}}});
  EXPECT_THAT(watchful_.told_before.all(), ElementsAre(told));
  EXPECT_GE(count_told(), told + 6);
}

class FullStoreTest : public RecorderTest {
 protected:
  FullStoreTest() {
    connect_both();
    decide_at_once({post({kAlice, kAlices, {2}}, {1}, {"one"})});
    published_ = feed_.batches.all().size();
    journal_.set_weather(Weather::full);
  }
  std::size_t published_ = 0;
};

TEST_F(FullStoreTest, refuses_posts_and_publishes_nothing) {
  decide_at_once({post({kAlice, kAlices, {3}}, {2}, {"two"}), post({kBob, kBobs, {4}}, {1}, {"three"})});
  for (const std::uint64_t request : {3U, 4U}) {
    EXPECT_EQ(replies_.reply_to(request).refusal(), RefusalCode::storage_full);
    EXPECT_TRUE(replies_.reply_to(request).as<Refusal>().retry_after_ms);
  }
  EXPECT_THAT(feed_.batches.all(), SizeIs(published_));
}

TEST_F(FullStoreTest, goes_on_with_the_same_numbers_when_space_returns) {
  decide_at_once({post({kAlice, kAlices, {3}}, {2}, {"two"})});
  journal_.set_weather(Weather::fine);
  decide_at_once({post({kAlice, kAlices, {4}}, {2}, {"two"})});
  EXPECT_THAT(replies_.reply_to(4).as<reply::Stored>().acks, ElementsAre(reply::Ack{{2}, {2}, {2}, {1000}}));
  EXPECT_THAT(stored_texts(), ElementsAre("one", "two"));
}

TEST_F(FullStoreTest, still_answers_repeats) {
  decide_at_once({post({kAlice, kAlices, {3}}, {2}, {"two"}), post({kAlice, kAlices, {4}}, {1}, {"one"})});
  EXPECT_EQ(replies_.reply_to(3).refusal(), RefusalCode::storage_full);
  EXPECT_EQ(replies_.reply_to(4).as<reply::Stored>().acks, replies_.reply_to(2).as<reply::Stored>().acks);
}

TEST_F(FullStoreTest, still_lets_known_identities_come_and_go) {
  decide_at_once({post({kAlice, kAlices, {3}}, {2}, {"two"}), command::Depart{{kBob, kBobs, {4}}},
                  admit("bob", {21}, {5}), admit("alice", {22}, {6})});
  EXPECT_NO_THROW((void)replies_.reply_to(4).as<reply::Farewell>());
  const auto admissions = door_.admissions.all();
  ASSERT_THAT(admissions, SizeIs(4));
  EXPECT_EQ(admissions[2].connection, ConnectionId{21});
  EXPECT_EQ(admissions[3].connection, ConnectionId{22});
  EXPECT_THAT(door_.departures.all(), SizeIs(1));
  journal_.set_weather(Weather::fine);
  decide_at_once({post({kBob, {21}, {7}}, {1}, {"back"})});
  EXPECT_EQ(replies_.reply_to(7).refusal(), std::nullopt) << "who came while it was full is connected";
}

TEST_F(FullStoreTest, welcomes_with_the_heads_that_are_stored) {
  decide_at_once({post({kAlice, kAlices, {3}}, {2}, {"two"}), join({kAlice, kAlices, {4}}, "tea"),
                  admit("alice", {22}, {5})});
  const auto admissions = door_.admissions.all();
  ASSERT_THAT(admissions, SizeIs(3));
  EXPECT_THAT(admissions.back().rooms, ElementsAre(RoomHead{"lobby", {1}}));
}

TEST_F(FullStoreTest, registers_nobody_even_when_two_say_the_same_new_name) {
  decide_at_once({admit("carol", {31}, {3}), admit("carol", {32}, {4})});
  EXPECT_EQ(replies_.reply_to(3).refusal(), RefusalCode::storage_full);
  EXPECT_EQ(replies_.reply_to(4).refusal(), RefusalCode::storage_full);
  EXPECT_THAT(door_.admissions.all(), SizeIs(2)) << "Alice and Bob";
  EXPECT_FALSE(board_.with([](const auto& newest) { return newest->has(ClientNumber{3}); }));
  journal_.set_weather(Weather::fine);
  decide_at_once({admit("carol", {32}, {5})});
  ASSERT_THAT(door_.admissions.all(), SizeIs(3));
  EXPECT_TRUE(door_.admissions.all().back().is_new);
}

TEST_F(FullStoreTest, does_not_judge_a_token_by_a_registration_that_failed) {
  decide_at_once({admit("carol", {31}, {3}), command::Admit{{32}, {4}, "carol", "another token"}});
  EXPECT_EQ(replies_.reply_to(4).refusal(), RefusalCode::storage_full);
}

TEST_F(FullStoreTest, grants_no_join_that_rests_on_one_it_refused) {
  decide_at_once({admit("alice", {22}), join({kAlice, kAlices, {3}}, "tea"),
                  join({kAlice, kAlices, {4}}, "tea"), join({kAlice, {22}, {5}}, "tea"),
                  join({kBob, kBobs, {6}}, "tea")});
  for (const std::uint64_t request : {3U, 4U, 5U, 6U}) {
    EXPECT_EQ(replies_.reply_to(request).refusal(), RefusalCode::storage_full) << request;
  }
  EXPECT_EQ(board_.with([](const auto& newest) { return newest->find_room(kAlice, "tea"); }), RoomNumber{0});
}

TEST_F(FullStoreTest, answers_what_came_before_the_first_refusal_as_ever) {
  decide_at_once({join({kAlice, kAlices, {3}}, "lobby"), post({kAlice, kAlices, {4}}, {2}, {"two"})});
  EXPECT_EQ(replies_.reply_to(3).as<reply::Joined>().head, Sequence{1});
  EXPECT_EQ(replies_.reply_to(4).refusal(), RefusalCode::storage_full);
}

TEST_F(RecorderTest, stops_when_the_store_fails_and_tells_nobody) {
  connect_both();
  journal_.set_weather(Weather::failing);
  const auto replied = replies_.all().size();
  send(post({kAlice, kAlices, {2}}, {1}, {"one"}));
  EXPECT_THAT(failures_.wait_for(1), ElementsAre("the test's disk is failing"));
  recorder_->finish();
  EXPECT_THAT(replies_.all(), SizeIs(replied));
  EXPECT_THAT(feed_.batches.all(), IsEmpty());
}

}  // namespace
}  // namespace palabre::broker
