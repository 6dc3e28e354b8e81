#include "client/pending_calls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/client/samples.hpp"

namespace palabre {
namespace {

using namespace palabre::samples;
using ::testing::SizeIs;

constexpr CallNumber kCall{5};
constexpr RequestId kFirst{1};
constexpr RequestId kSecond{2};
constexpr std::optional<Counter> kAllAnswered;
const Problem kUnreachable{ProblemKind::unreachable, {}, "nobody answers"};

Refusal busy_for(std::uint64_t milliseconds) {
  Refusal refusal = refuse(RefusalCode::busy);
  refusal.retry_after_ms = milliseconds;
  return refusal;
}

PendingCalls with_one_call(Moment deadline = kStart + 20s) {
  PendingCalls calls;
  calls.add(kCall, request::Rooms{}, deadline, Counter{});
  return calls;
}

TEST(PendingCalls, sends_each_call_once_while_it_may_still_be_answered) {
  auto calls = with_one_call();
  EXPECT_TRUE(calls.next(kFirst, kStart, kAllAnswered));
  EXPECT_TRUE(calls.awaits(kFirst));
  EXPECT_FALSE(calls.next(kSecond, kStart + 4s, kAllAnswered));
}

TEST(PendingCalls, gives_the_answer_to_the_call_that_asked) {
  auto calls = with_one_call();
  static_cast<void>(calls.next(kFirst, kStart, kAllAnswered));
  const auto finished = calls.answered(kFirst, reply::Rooms{{{"tea", Sequence{4}, 2}}});
  ASSERT_TRUE(finished);
  EXPECT_EQ(finished->call, kCall);
  EXPECT_EQ(std::get<reply::Rooms>(std::get<Reply>(finished->answer)).rooms[0].room, "tea");
  EXPECT_FALSE(calls.answered(kFirst, reply::Rooms{}));
}

TEST(PendingCalls, asks_again_when_an_answer_is_lost_and_ignores_the_late_one) {
  auto calls = with_one_call();
  static_cast<void>(calls.next(kFirst, kStart, kAllAnswered));
  EXPECT_TRUE(calls.next(kSecond, kStart + 5s, kAllAnswered));
  EXPECT_FALSE(calls.answered(kFirst, reply::Rooms{}));
  EXPECT_TRUE(calls.answered(kSecond, reply::Rooms{}));
}

TEST(PendingCalls, asks_again_at_once_on_a_new_connection) {
  auto calls = with_one_call();
  static_cast<void>(calls.next(kFirst, kStart, kAllAnswered));
  calls.connection_lost();
  EXPECT_FALSE(calls.awaits(kFirst));
  EXPECT_TRUE(calls.next(kSecond, kStart, kAllAnswered));
}

TEST(PendingCalls, ends_with_the_refusal) {
  auto calls = with_one_call();
  static_cast<void>(calls.next(kFirst, kStart, kAllAnswered));
  const auto finished = calls.refused(kFirst, refuse(RefusalCode::no_such_room), kStart, 0);
  ASSERT_TRUE(finished);
  const auto& problem = std::get<Problem>(finished->answer);
  EXPECT_EQ(problem.kind, ProblemKind::refused);
  EXPECT_EQ(problem.refusal.code, RefusalCode::no_such_room);
  EXPECT_FALSE(problem.text.empty());
}

TEST(PendingCalls, tries_again_when_the_refusal_says_when) {
  auto calls = with_one_call();
  static_cast<void>(calls.next(kFirst, kStart, kAllAnswered));
  EXPECT_FALSE(calls.refused(kFirst, busy_for(200), kStart, 0));
  EXPECT_EQ(calls.next_at(kAllAnswered), kStart + 200ms);
  EXPECT_FALSE(calls.next(kSecond, kStart + 199ms, kAllAnswered));
  EXPECT_TRUE(calls.next(kSecond, kStart + 200ms, kAllAnswered));
}

TEST(PendingCalls, ends_at_its_deadline_and_says_why) {
  auto calls = with_one_call(kStart + 3s);
  EXPECT_EQ(calls.expires_at(), kStart + 3s);
  EXPECT_THAT(calls.expire(kStart + 2s, kUnreachable), SizeIs(0));
  const auto finished = calls.expire(kStart + 3s, kUnreachable);
  ASSERT_THAT(finished, SizeIs(1));
  EXPECT_EQ(std::get<Problem>(finished[0].answer).kind, ProblemKind::unreachable);
}

TEST(PendingCalls, ends_at_its_deadline_with_the_refusal_it_kept_getting) {
  auto calls = with_one_call(kStart + 3s);
  static_cast<void>(calls.next(kFirst, kStart, kAllAnswered));
  static_cast<void>(calls.refused(kFirst, busy_for(200), kStart, 0));
  const auto finished = calls.expire(kStart + 3s, kUnreachable);
  ASSERT_THAT(finished, SizeIs(1));
  EXPECT_EQ(std::get<Problem>(finished[0].answer).refusal.code, RefusalCode::busy);
}

class PendingLeave : public ::testing::Test {
 protected:
  PendingLeave() { calls.add(kCall, request::Leave{"tea"}, kStart + 20s, Counter{7}); }
  PendingCalls calls;
};

TEST_F(PendingLeave, waits_for_the_answer_to_the_posts_before_it) {
  EXPECT_FALSE(calls.next(kFirst, kStart, Counter{7}));
  EXPECT_FALSE(calls.next_at(Counter{7}));
  EXPECT_TRUE(calls.next_at(Counter{8}));
  EXPECT_TRUE(calls.next(kFirst, kStart, Counter{8}));
}

TEST_F(PendingLeave, keeps_back_what_else_changes_who_is_a_member) {
  calls.add(CallNumber{6}, request::Join{"tea"}, kStart + 20s, Counter{7});
  EXPECT_FALSE(calls.next(kFirst, kStart, Counter{7}));
  EXPECT_TRUE(std::holds_alternative<request::Leave>(calls.next(kFirst, kStart, kAllAnswered).value()));
  EXPECT_TRUE(std::holds_alternative<request::Join>(calls.next(kSecond, kStart, kAllAnswered).value()));
}

TEST_F(PendingLeave, that_is_to_be_tried_again_is_not_overtaken_either) {
  calls.add(CallNumber{6}, request::Join{"tea"}, kStart + 20s, Counter{7});
  static_cast<void>(calls.next(kFirst, kStart, kAllAnswered));
  static_cast<void>(calls.refused(kFirst, busy_for(200), kStart, 0));
  EXPECT_FALSE(calls.next(kSecond, kStart + 199ms, kAllAnswered));
  EXPECT_EQ(calls.next_at(kAllAnswered), kStart + 200ms);
}

TEST_F(PendingLeave, keeps_back_no_question) {
  calls.add(CallNumber{6}, request::Rooms{}, kStart + 20s, Counter{7});
  EXPECT_TRUE(std::holds_alternative<request::Rooms>(calls.next(kFirst, kStart, Counter{7}).value()));
}

}  // namespace
}  // namespace palabre
