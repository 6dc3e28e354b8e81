#include "broker/transport/leaky_bucket.hpp"

#include <gtest/gtest.h>

namespace palabre::broker {
namespace {

using namespace std::chrono_literals;

constexpr Moment kStart{1000h};

TEST(LeakyBucket, takes_what_it_holds_at_once) {
  LeakyBucket bucket({.holds = 100, .leaks_per_second = 10});
  EXPECT_FALSE(bucket.pour(100, kStart));
  EXPECT_TRUE(bucket.pour(1, kStart));
}

TEST(LeakyBucket, takes_what_it_loses_for_ever) {
  LeakyBucket bucket({.holds = 100, .leaks_per_second = 10});
  EXPECT_FALSE(bucket.pour(90, kStart));
  for (int second = 1; second < 100; ++second) EXPECT_FALSE(bucket.pour(10, kStart + 1s * second));
}

TEST(LeakyBucket, runs_over_when_more_comes_than_it_loses) {
  LeakyBucket bucket({.holds = 100, .leaks_per_second = 10});
  int seconds = 0;
  while (!bucket.pour(11, kStart + 1s * seconds)) ++seconds;
  EXPECT_EQ(seconds, 90);
}

TEST(LeakyBucket, is_never_more_than_full) {
  LeakyBucket bucket({.holds = 100, .leaks_per_second = 10});
  EXPECT_TRUE(bucket.pour(1e9, kStart));
  EXPECT_FALSE(bucket.pour(10, kStart + 1s));
}

}  // namespace
}  // namespace palabre::broker
