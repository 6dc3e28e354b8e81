#include "broker/session/token_bucket.hpp"

#include <gtest/gtest.h>

namespace palabre::broker {
namespace {

using namespace std::chrono_literals;

constexpr Moment kStart{1h};

TEST(TokenBucket, lets_two_seconds_worth_pass_at_once_and_then_its_rate) {
  TokenBucket bucket(10);
  EXPECT_FALSE(bucket.take(20, kStart));
  EXPECT_EQ(bucket.take(1, kStart), 100ms);
  EXPECT_FALSE(bucket.take(1, kStart + 100ms));
  EXPECT_EQ(bucket.take(5, kStart + 100ms), 500ms);
  EXPECT_FALSE(bucket.take(5, kStart + 600ms));
}

TEST(TokenBucket, counts_nothing_that_did_not_pass) {
  TokenBucket bucket(10);
  EXPECT_FALSE(bucket.take(15, kStart));
  EXPECT_EQ(bucket.take(10, kStart), 500ms);
  EXPECT_FALSE(bucket.take(10, kStart + 500ms));
}

TEST(TokenBucket, keeps_no_more_than_two_seconds_worth) {
  TokenBucket bucket(10);
  EXPECT_FALSE(bucket.take(20, kStart));
  EXPECT_FALSE(bucket.take(20, kStart + 1h));
  EXPECT_TRUE(bucket.take(1, kStart + 1h));
}

TEST(TokenBucket, lets_pass_what_it_never_holds_once_it_is_full) {
  TokenBucket bucket(10);
  EXPECT_FALSE(bucket.take(30, kStart));
  EXPECT_EQ(bucket.take(30, kStart), 3s) << "the debt first, and then it fills";
  EXPECT_FALSE(bucket.take(30, kStart + 3s));
}

TEST(TokenBucket, lets_everything_pass_without_a_rate) {
  TokenBucket bucket(0);
  EXPECT_FALSE(bucket.take(1e9, kStart));
  EXPECT_FALSE(bucket.take(1e9, kStart));
}

TEST(TokenBucket, lets_nothing_pass_before_what_waits) {
  TokenBucket bucket(100);
  EXPECT_FALSE(bucket.take(150, kStart));
  EXPECT_EQ(bucket.take(200, kStart), 1500ms);
  EXPECT_EQ(bucket.take(1, kStart), 1500ms) << "there is room for it, but it came later";
  EXPECT_EQ(bucket.take(1, kStart + 1s), 500ms);
  EXPECT_FALSE(bucket.take(200, kStart + 1500ms));
}

TEST(TokenBucket, has_others_wait_for_what_passes_in_any_case) {
  TokenBucket bucket(1);
  const auto now = Moment{} + std::chrono::hours(1);
  for (int i = 0; i < 4; ++i) bucket.charge(1, now);
  EXPECT_EQ(bucket.take(1, now), std::chrono::seconds(3));
}

}  // namespace
}  // namespace palabre::broker
