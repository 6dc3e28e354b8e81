#include "client/feed_watch.hpp"

#include <gtest/gtest.h>

#include "tests/client/samples.hpp"

namespace palabre {
namespace {

using namespace palabre::samples;

FeedWatch opened() {
  FeedWatch watch;
  watch.opened(kStart, 0);
  return watch;
}

TEST(FeedWatch, mistrusts_the_first_tick_and_those_after_a_lost_one) {
  auto watch = opened();
  EXPECT_TRUE(watch.tick(7, kStart));
  EXPECT_FALSE(watch.tick(8, kStart));
  EXPECT_TRUE(watch.tick(10, kStart));
  EXPECT_FALSE(watch.tick(11, kStart));
}

TEST(FeedWatch, mistrusts_ticks_that_begin_anew) {
  auto watch = opened();
  static_cast<void>(watch.tick(7, kStart));
  EXPECT_TRUE(watch.tick(1, kStart));
}

TEST(FeedWatch, thinks_the_feed_dead_without_a_tick_for_3500_ms) {
  auto watch = opened();
  static_cast<void>(watch.tick(1, kStart + 1s));
  EXPECT_FALSE(watch.is_dead(kStart + 4499ms));
  EXPECT_TRUE(watch.is_dead(kStart + 4500ms));
}

TEST(FeedWatch, is_more_patient_with_a_feed_that_never_ticks) {
  auto watch = opened();
  EXPECT_EQ(watch.dead_at(), kStart + 3500ms);
  watch.opened(kStart, 0);
  EXPECT_EQ(watch.dead_at(), kStart + 7000ms);
  for (int i = 0; i < 5; ++i) watch.opened(kStart, 0);
  EXPECT_EQ(watch.dead_at(), kStart + 14000ms);
}

TEST(FeedWatch, spreads_the_reopening_by_jitter) {
  FeedWatch watch;
  watch.opened(kStart, 1.0);
  EXPECT_EQ(watch.dead_at(), kStart + 5250ms);
}

}  // namespace
}  // namespace palabre
