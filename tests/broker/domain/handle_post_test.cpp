#include <gmock/gmock.h>

#include "tests/broker/domain/domain_fixture.hpp"
#include "tests/support/stored_message.hpp"

namespace palabre::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class Post : public DomainTest {
 protected:
  Post() {
    admit("alice", {1});
    admit("bob", {2});
    join(kAlice, "tea");
  }

  static std::vector<reply::Ack> acks_in(const Outcome& outcome) {
    const auto acknowledgements = effects_of<effect::Acknowledge>(outcome);
    return acknowledgements.size() == 1 ? acknowledgements[0].acks : std::vector<reply::Ack>{};
  }

  /// What the journal would find of an earlier outcome's messages.
  static std::vector<command::Post::Original> originals_of(const Outcome& outcome) {
    std::vector<command::Post::Original> originals;
    for (const auto& message : messages_in(outcome)) {
      originals.push_back({message.room, {message.counter, message.sequence, message.column, message.at}});
    }
    return originals;
  }
};

TEST_F(Post, stores_each_text_as_a_cell_with_the_next_numbers) {
  const auto outcome = post(kAlice, "tea", {1}, {"one", "two"});
  const auto messages = messages_in(outcome);
  ASSERT_THAT(messages, SizeIs(2));
  EXPECT_EQ(messages[0].client, kAlice);
  EXPECT_EQ(messages[0].room, kTea);
  EXPECT_EQ(messages[0].text, "one");
  EXPECT_EQ(messages[0].outbox, kOutbox);
  EXPECT_EQ(messages[0].counter, Counter{1});
  EXPECT_EQ(messages[0].column, Column{1});
  EXPECT_EQ(messages[0].sequence, Sequence{1});
  EXPECT_EQ(messages[0].at, now_);
  EXPECT_EQ(messages[1].text, "two");
  EXPECT_EQ(messages[1].counter, Counter{2});
  EXPECT_EQ(messages[1].column, Column{2});
  EXPECT_EQ(messages[1].sequence, Sequence{2});
}

TEST_F(Post, acknowledges_what_it_stores) {
  state_.matrix.learn(kAlice, kOutbox, {});
  const auto outcome = decide(command::Post{{kAlice, {1}, {9}}, {"tea", kOutbox, {1}, {"one", "two"}}});
  const auto acknowledged = effects_of<effect::Acknowledge>(outcome);
  ASSERT_THAT(acknowledged, SizeIs(1));
  EXPECT_EQ(acknowledged[0].connection, ConnectionId{1});
  EXPECT_EQ(acknowledged[0].request, RequestId{9});
  EXPECT_EQ(acknowledged[0].room, "tea");
  EXPECT_EQ(acknowledged[0].outbox, kOutbox);
  EXPECT_THAT(acknowledged[0].acks,
              ElementsAre(reply::Ack{{1}, {1}, {1}, now_}, reply::Ack{{2}, {2}, {2}, now_}));
  EXPECT_FALSE(outcome.touched.is_any());
}

TEST_F(Post, counts_columns_over_rooms_and_sequences_over_senders) {
  post(kAlice, "tea", {1}, {"tea"});
  post(kBob, "lobby", {1}, {"lobby"});
  const auto outcome = post(kAlice, "lobby", {2}, {"lobby, too"});
  EXPECT_THAT(acks_in(outcome), ElementsAre(reply::Ack{{2}, {2}, {2}, now_}));
}

TEST_F(Post, counts_each_outbox_by_itself) {
  post(kAlice, "tea", {1}, {"one", "two"});
  state_.matrix.learn(kAlice, {78}, {});
  const auto outcome = decide(command::Post{origin(kAlice), {"tea", {78}, {1}, {"three"}}});
  EXPECT_THAT(acks_in(outcome), ElementsAre(reply::Ack{{1}, {3}, {3}, now_}));
}

TEST_F(Post, refuses_a_room_that_does_not_exist) {
  const auto outcome = post(kAlice, "nowhere", {1}, {"one"});
  EXPECT_EQ(answer_in<Refusal>(outcome).code, RefusalCode::no_such_room);
  EXPECT_THAT(outcome.records, IsEmpty());
}

TEST_F(Post, refuses_who_is_no_member) {
  const auto outcome = post(kBob, "tea", {1}, {"one"});
  EXPECT_EQ(answer_in<Refusal>(outcome).code, RefusalCode::not_a_member);
  EXPECT_THAT(outcome.records, IsEmpty());
}

TEST_F(Post, acknowledges_a_repeat_to_who_has_left_the_room_since) {
  const auto stored = post(kAlice, "tea", {1}, {"one"});
  leave(kAlice, "tea");
  const auto outcome =
      decide(command::Post{origin(kAlice), {"tea", kOutbox, {1}, {"one"}}, originals_of(stored)});
  EXPECT_EQ(acks_in(outcome), acks_in(stored));
  EXPECT_THAT(outcome.records, IsEmpty());
}

TEST_F(Post, says_how_far_it_went_when_only_its_first_texts_were_stored_before) {
  const auto stored = post(kAlice, "tea", {1}, {"one", "two"});
  leave(kAlice, "tea");
  const auto refusal =
      answer_in<Refusal>(post(kAlice, "tea", {1}, {"one", "two", "three"}, originals_of(stored)));
  EXPECT_EQ(refusal.code, RefusalCode::not_a_member);
  EXPECT_EQ(refusal.expected, Counter{3});
  EXPECT_EQ(answer_in<Refusal>(post(kAlice, "tea", {3}, {"three"})).expected, std::nullopt);
}

TEST_F(Post, uses_up_no_counter_when_refused) {
  post(kBob, "tea", {1}, {"refused"});
  EXPECT_THAT(acks_in(post(kBob, "lobby", {1}, {"taken"})), ElementsAre(reply::Ack{{1}, {1}, {1}, now_}));
}

TEST_F(Post, refuses_a_counter_that_is_not_due_and_says_which_is) {
  post(kAlice, "tea", {1}, {"one", "two"});
  const auto outcome = post(kAlice, "tea", {4}, {"four"});
  EXPECT_EQ(answer_in<Refusal>(outcome).code, RefusalCode::out_of_order);
  EXPECT_EQ(answer_in<Refusal>(outcome).expected, Counter{3});
  EXPECT_THAT(outcome.records, IsEmpty());
  EXPECT_EQ(answer_in<Refusal>(post(kBob, "lobby", {2}, {"two"})).expected, Counter{1});
}

TEST_F(Post, answers_a_repeat_with_the_original_acknowledgement) {
  const auto first = post(kAlice, "tea", {1}, {"one", "two"});
  now_ = {5000};
  const auto repeat = post(kAlice, "tea", {1}, {"one", "two"}, originals_of(first));
  EXPECT_THAT(repeat.records, IsEmpty());
  EXPECT_EQ(acks_in(repeat), acks_in(first));
}

TEST_F(Post, refuses_what_was_not_looked_up_as_it_is_told_to) {
  command::Post repeat{origin(kAlice), {"@bob", {99}, {1}, {"one"}}};
  repeat.not_looked_up = refuse(RefusalCode::too_fast);
  repeat.not_looked_up->retry_after_ms = 70;
  const auto outcome = decide(std::move(repeat));
  EXPECT_EQ(answer_in<Refusal>(outcome).code, RefusalCode::too_fast);
  EXPECT_EQ(answer_in<Refusal>(outcome).retry_after_ms, 70U);
  EXPECT_THAT(outcome.records, IsEmpty()) << "nor is a room made for it";
}

TEST_F(Post, stores_only_the_new_end_of_a_partial_repeat) {
  const auto first = post(kAlice, "tea", {1}, {"one", "two"});
  now_ = {5000};
  auto originals = originals_of(first);
  originals.erase(originals.begin());
  const auto second = post(kAlice, "tea", {2}, {"two", "three"}, originals);
  EXPECT_THAT(acks_in(second), ElementsAre(acks_in(first)[1], reply::Ack{{3}, {3}, {3}, now_}));
  ASSERT_THAT(messages_in(second), SizeIs(1));
  EXPECT_EQ(messages_in(second)[0].text, "three");
  EXPECT_EQ(messages_in(second)[0].counter, Counter{3});
}

TEST_F(Post, counts_the_texts_that_were_stored_before) {
  post(kAlice, "tea", {1}, {"one", "two", "three"});
  const auto repeats = [this](Counter counter, const std::vector<std::string>& texts) {
    return count_repeats(state_, {origin(kAlice), {"tea", kOutbox, counter, texts_of(texts)}});
  };
  EXPECT_EQ(repeats({4}, {"four"}), 0U);
  EXPECT_EQ(repeats({3}, {"three"}), 1U);
  EXPECT_EQ(repeats({2}, {"two"}), 1U);
  EXPECT_EQ(repeats({2}, {"two", "three", "four"}), 2U);
  EXPECT_EQ(repeats({1}, {"one", "two", "three", "four"}), 3U);
}

TEST_F(Post, refuses_a_counter_that_was_used_for_another_room) {
  const auto first = post(kAlice, "tea", {1}, {"one"});
  const auto outcome = post(kAlice, "lobby", {1}, {"one", "two"}, originals_of(first));
  EXPECT_EQ(answer_in<Refusal>(outcome).code, RefusalCode::id_reused);
  EXPECT_THAT(outcome.records, IsEmpty());
  EXPECT_THAT(acks_in(post(kAlice, "tea", {2}, {"two"})), SizeIs(1)) << "nothing was used up";
}

}  // namespace
}  // namespace palabre::broker
