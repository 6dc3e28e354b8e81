#include "broker/journal/recorder.hpp"

#include "tests/broker/journal/recorder_fixture.hpp"

namespace palabre::broker {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(RecorderTest, shows_the_directory_before_it_runs) {
  const auto directory = board_.with([](const auto& newest) { return newest; });
  ASSERT_TRUE(directory);
  EXPECT_EQ(directory->at(kBob).name, "bob");
}

TEST_F(RecorderTest, commits_all_that_waits_at_once) {
  connect_both();
  const auto before = journal_.commits();
  decide_at_once({post({kAlice, kAlices, {2}}, {1}, {"one"}), post({kBob, kBobs, {3}}, {1}, {"two"}),
                  post({kAlice, kAlices, {4}}, {2}, {"three", "four"})});
  EXPECT_EQ(journal_.commits(), before + 1);
  EXPECT_THAT(stored_texts(), ElementsAre("one", "two", "three", "four"));
}

TEST_F(RecorderTest, commits_nothing_when_there_is_nothing_to_store) {
  const auto before = journal_.commits();
  connect_both();
  EXPECT_EQ(journal_.commits(), before);
}

TEST_F(RecorderTest, publishes_a_batch_per_room_with_numbers_and_names) {
  connect_both();
  clock_.now_ = 2000;
  decide_at_once({join({kAlice, kAlices, {2}}, "tea"), post({kAlice, kAlices, {3}}, {1}, {"one"}),
                  command::Post{{kAlice, kAlices, {4}}, {"tea", {78}, {1}, {"two"}}},
                  post({kBob, kBobs, {5}}, {1}, {"three"})});
  const Batch lobby{"0123456789abcdef",
                    "lobby",
                    {1},
                    {{kAlice, "alice"}, {kBob, "bob"}},
                    {{kAlice, {1}, "one", {2000}}, {kBob, {1}, "three", {2000}}}};
  const Batch tea{"0123456789abcdef", "tea", {1}, {{kAlice, "alice"}}, {{kAlice, {2}, "two", {2000}}}};
  EXPECT_THAT(feed_.batches.all(), ElementsAre(lobby, tea));
}

TEST_F(RecorderTest, acknowledges_where_each_text_was_stored) {
  connect_both();
  decide_at_once(
      {post({kBob, kBobs, {2}}, {1}, {"zero"}), post({kAlice, kAlices, {3}}, {1}, {"one", "two"})});
  const auto sent = replies_.reply_to(3);
  EXPECT_EQ(sent.connection, kAlices);
  const auto& stored = sent.as<reply::Stored>();
  EXPECT_TRUE(stored.is_durable);
  EXPECT_EQ(stored.room, "lobby");
  EXPECT_EQ(stored.outbox, kOutbox);
  EXPECT_THAT(stored.acks, ElementsAre(reply::Ack{{1}, {2}, {1}, {1000}}, reply::Ack{{2}, {3}, {2}, {1000}}));
}

TEST_F(RecorderTest, opens_and_closes_the_door) {
  connect_both();
  EXPECT_THAT(door_.admissions.all(), SizeIs(2));
  decide_at_once({command::Depart{{kAlice, kAlices, {9}}}});
  const auto departures = door_.departures.all();
  ASSERT_THAT(departures, SizeIs(1));
  EXPECT_EQ(departures[0].client, kAlice);
  EXPECT_TRUE(departures[0].is_last);
  EXPECT_NO_THROW((void)replies_.reply_to(9).as<reply::Farewell>());
}

TEST_F(RecorderTest, tells_of_coming_and_going) {
  connect_both();
  decide_at_once({command::Depart{{kBob, kBobs, {}}}});
  std::vector<NoticeEvent> events;
  for (const auto& notice : feed_.notices.all()) {
    EXPECT_EQ(notice.room, "lobby");
    events.insert(events.end(), notice.events.begin(), notice.events.end());
  }
  EXPECT_THAT(events, ElementsAre(NoticeEvent{NoticeKind::came, kAlice, "alice"},
                                  NoticeEvent{NoticeKind::came, kBob, "bob"},
                                  NoticeEvent{NoticeKind::went, kBob, "bob"}));
}

TEST_F(RecorderTest, puts_up_a_new_directory_when_somebody_comes) {
  const auto is_online = [this] {
    return board_.with([](const auto& newest) { return newest->at(kAlice).is_online; });
  };
  EXPECT_FALSE(is_online());
  connect_both();
  EXPECT_TRUE(is_online());
}

TEST_F(RecorderTest, finishes_what_it_took_before_it_ends) {
  connect_both();
  clock_.hold();
  send(post({kAlice, kAlices, {2}}, {1}, {"one"}));
  clock_.wait_until_read();
  send(post({kAlice, kAlices, {3}}, {2}, {"two"}));
  clock_.let_go();
  recorder_->finish();
  EXPECT_THAT(stored_texts(), ElementsAre("one", "two"));
  EXPECT_NO_THROW((void)replies_.reply_to(3).as<reply::Stored>());
  EXPECT_EQ(recorder_->mailbox().try_push(admit("alice", kAlices)), Push::closed);
}

TEST_F(RecorderTest, answers_a_repeat_with_the_original_acknowledgement) {
  connect_both();
  decide_at_once({post({kAlice, kAlices, {2}}, {1}, {"one", "two"})});
  clock_.now_ = 9000;
  decide_at_once({post({kAlice, kAlices, {3}}, {1}, {"one", "two"})});
  EXPECT_EQ(replies_.reply_to(3).as<reply::Stored>().acks, replies_.reply_to(2).as<reply::Stored>().acks);
  EXPECT_THAT(stored_texts(), ElementsAre("one", "two"));
}

TEST_F(RecorderTest, answers_a_repeat_whose_original_is_in_the_same_batch) {
  connect_both();
  decide_at_once({post({kAlice, kAlices, {2}}, {1}, {"one"}), post({kAlice, kAlices, {3}}, {1}, {"one"}),
                  post({kAlice, kAlices, {4}}, {1}, {"one", "two"})});
  const auto original = replies_.reply_to(2).as<reply::Stored>().acks;
  EXPECT_EQ(replies_.reply_to(3).as<reply::Stored>().acks, original);
  EXPECT_THAT(replies_.reply_to(4).as<reply::Stored>().acks,
              ElementsAre(original[0], reply::Ack{{2}, {2}, {2}, {1000}}));
  EXPECT_THAT(stored_texts(), ElementsAre("one", "two"));
}

TEST_F(RecorderTest, commits_nothing_for_a_repeat_of_what_is_stored) {
  connect_both();
  decide_at_once({post({kAlice, kAlices, {2}}, {1}, {"one", "two"})});
  const auto before = journal_.commits();
  decide_at_once({post({kBob, kBobs, {3}}, {1}, {"three"}), post({kAlice, kAlices, {4}}, {1}, {"one", "two"}),
                  post({kBob, kBobs, {5}}, {2}, {"four"})});
  EXPECT_EQ(journal_.commits(), before + 1);
  EXPECT_THAT(stored_texts(), ElementsAre("one", "two", "three", "four"));
}

TEST_F(RecorderTest, answers_a_repeat_after_a_restart) {
  connect_both();
  decide_at_once({post({kAlice, kAlices, {2}}, {1}, {"one"})});
  restart();
  connect_both();
  decide_at_once({post({kAlice, kAlices, {3}}, {1}, {"one"}), post({kAlice, kAlices, {4}}, {2}, {"two"}),
                  post({kAlice, kAlices, {5}}, {4}, {"four"})});
  EXPECT_EQ(replies_.reply_to(3).as<reply::Stored>().acks, replies_.reply_to(2).as<reply::Stored>().acks);
  EXPECT_THAT(replies_.reply_to(4).as<reply::Stored>().acks, ElementsAre(reply::Ack{{2}, {2}, {2}, {1000}}));
  EXPECT_EQ(replies_.reply_to(5).as<Refusal>().expected, Counter{3});
  EXPECT_THAT(stored_texts(), ElementsAre("one", "two"));
}

TEST_F(RecorderTest, refuses_a_repeat_for_another_room) {
  connect_both();
  decide_at_once({join({kAlice, kAlices, {2}}, "tea"), post({kAlice, kAlices, {3}}, {1}, {"one"}),
                  command::Post{{kAlice, kAlices, {4}}, {"tea", kOutbox, {1}, {"one"}}}});
  EXPECT_EQ(replies_.reply_to(4).refusal(), RefusalCode::id_reused);
  EXPECT_THAT(stored_texts(), ElementsAre("one"));
}

TEST_F(RecorderTest, remembers_the_posts_of_who_leaves_in_the_same_batch) {
  connect_both();
  decide_at_once({post({kAlice, kAlices, {2}}, {1}, {"one"}), command::Depart{{kAlice, kAlices, {3}}},
                  admit("alice", kAlices, {4}), post({kAlice, kAlices, {5}}, {1}, {"one"}),
                  post({kAlice, kAlices, {6}}, {2}, {"two"})});
  EXPECT_THAT(failures_.all(), IsEmpty());
  EXPECT_EQ(replies_.reply_to(5).as<reply::Stored>().acks, replies_.reply_to(2).as<reply::Stored>().acks);
  EXPECT_EQ(replies_.reply_to(6).refusal(), std::nullopt);
  EXPECT_THAT(stored_texts(), ElementsAre("one", "two"));
}

class RecorderInMemoryTest : public RecorderTest {
 protected:
  RecorderInMemoryTest() : RecorderTest(Durability::memory) {}
};

TEST_F(RecorderInMemoryTest, says_received_and_never_stored) {
  connect_both();
  decide_at_once({post({kAlice, kAlices, {2}}, {1}, {"one"}), post({kAlice, kAlices, {3}}, {1}, {"one"})});
  EXPECT_FALSE(replies_.reply_to(2).as<reply::Stored>().is_durable);
  EXPECT_FALSE(replies_.reply_to(3).as<reply::Stored>().is_durable);
}

}  // namespace
}  // namespace palabre::broker
