#include <gmock/gmock.h>

#include <memory>

#include "broker/domain/command_batch.hpp"
#include "tests/broker/domain/domain_fixture.hpp"
#include "tests/support/stored_message.hpp"

/// A POST that is stored in parts: what each leads to, and what is said of all.
namespace palabre::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class PostInPartsTest : public DomainTest {
 protected:
  PostInPartsTest() {
    admit("alice", {1});
    join(kAlice, "tea");
    state_.matrix.learn(kAlice, kOutbox, {});
  }

  command::Post part(Counter counter, const std::string& text) const {
    return {.origin = origin(kAlice, {9}), .post = {"tea", kOutbox, counter, {text}}, .whole = whole_};
  }

  const std::shared_ptr<PostInParts> whole_ = std::make_shared<PostInParts>(PostInParts{{1}, 3, {}});
};

TEST_F(PostInPartsTest, is_complete_with_its_last_part) {
  std::vector<reply::Ack> first{{{1}, {5}, {1}, {}}};
  std::vector<reply::Ack> rest{{{2}, {7}, {2}, {}}, {{3}, {8}, {3}, {}}};
  EXPECT_FALSE(whole_->is_complete_with(first));
  ASSERT_TRUE(whole_->is_complete_with(rest));
  EXPECT_THAT(rest, ElementsAre(reply::Ack{{1}, {5}, {1}, {}}, reply::Ack{{2}, {7}, {2}, {}},
                                reply::Ack{{3}, {8}, {3}, {}}));
}

TEST_F(PostInPartsTest, is_never_complete_once_it_was_refused) {
  whole_->is_refused = true;
  std::vector<reply::Ack> all(3);
  EXPECT_FALSE(whole_->is_complete_with(all));
}

TEST_F(PostInPartsTest, has_others_come_in_between) {
  admit("bob", {2});
  join(kBob, "tea");
  decide(part({1}, "one"));
  post(kBob, "tea", {1}, {"between"});
  const auto messages = messages_in(decide(part({2}, "two")));
  ASSERT_THAT(messages, SizeIs(1));
  EXPECT_EQ(messages[0].sequence, Sequence{3});
  EXPECT_EQ(messages[0].column, Column{2}) << "its sender's cells follow each other";
}

TEST_F(PostInPartsTest, is_refused_once) {
  decide(part({1}, "one"));
  leave(kAlice, "tea");
  const auto refusal = answer_in<Refusal>(decide(part({2}, "two")));
  EXPECT_EQ(refusal.code, RefusalCode::not_a_member);
  EXPECT_EQ(refusal.expected, Counter{2}) << "the first one is stored";
  join(kAlice, "tea");
  const auto last = decide(part({3}, "three"));
  EXPECT_THAT(last.effects, IsEmpty());
  EXPECT_THAT(last.records, IsEmpty()) << "though she is a member again";
}

TEST_F(PostInPartsTest, is_refused_to_a_stranger_once) {
  depart(kAlice, {1});
  EXPECT_EQ(answer_in<Refusal>(decide(part({1}, "one"))).code, RefusalCode::hello_first);
  EXPECT_THAT(decide(part({2}, "two")).effects, IsEmpty());
}

TEST_F(PostInPartsTest, is_refused_once_when_there_is_no_space) {
  const auto before = state_;
  CommandBatch batch;
  batch.decide(state_, part({1}, "one"), now_);
  batch.decide(state_, part({2}, "two"), now_);
  state_ = before;
  batch.refuse_what_was_not_stored(state_);
  EXPECT_EQ(answer_in<Refusal>(batch.outcome()).code, RefusalCode::storage_full);
  EXPECT_THAT(batch.outcome().effects, SizeIs(1));
  EXPECT_THAT(decide(part({3}, "three")).effects, IsEmpty());
}

TEST_F(PostInPartsTest, whose_parts_were_stored_before_is_refused_as_a_whole) {
  std::vector<reply::Ack> first = effects_of<effect::Acknowledge>(decide(part({1}, "one")))[0].acks;
  EXPECT_FALSE(whole_->is_complete_with(first));
  const auto before = state_;
  CommandBatch batch;
  batch.decide(state_, part({2}, "two"), now_);
  state_ = before;
  batch.refuse_what_was_not_stored(state_);
  EXPECT_EQ(answer_in<Refusal>(batch.outcome()).code, RefusalCode::storage_full);
}

}  // namespace
}  // namespace palabre::broker
