#include "broker/session/posting_rate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace palabre::broker {
namespace {

using namespace std::chrono_literals;

constexpr PostingRate::Moment kStart{1h};

TEST(PostingRate, gives_what_is_spare_to_who_has_much_to_say) {
  PostingRate::Spare spare(TokenBucket(100));
  PostingRate alice(10, &spare);
  EXPECT_FALSE(alice.take(20, kStart)) << "two seconds of her own";
  EXPECT_FALSE(alice.take(200, kStart)) << "and two of everybody's";
  EXPECT_EQ(alice.take(10, kStart), 100ms) << "until so much is spare again; of her own it would be a second";
  EXPECT_FALSE(alice.take(10, kStart + 100ms));
  EXPECT_EQ(alice.take(2, kStart + 100ms), 20ms) << "of what is spare";
}

TEST(PostingRate, leaves_everybody_his_own_whatever_others_take) {
  PostingRate::Spare spare(TokenBucket(100));
  PostingRate alice(10, &spare);
  PostingRate bob(10, &spare);
  EXPECT_FALSE(alice.take(20, kStart));
  EXPECT_FALSE(alice.take(200, kStart));
  EXPECT_EQ(alice.take(90, kStart), 900ms) << "which are taken from now on";
  EXPECT_FALSE(bob.take(20, kStart));
  EXPECT_EQ(bob.take(1, kStart), 100ms) << "of his own; of what is spare it would be 910";
}

TEST(PostingRate, lets_nothing_pass_before_what_waits) {
  PostingRate::Spare spare(TokenBucket(100));
  PostingRate alice(10, &spare);
  EXPECT_FALSE(alice.take(20, kStart));
  EXPECT_FALSE(alice.take(200, kStart));
  EXPECT_FALSE(alice.take(0, kStart));
  EXPECT_EQ(alice.take(150, kStart), 1500ms);
  EXPECT_EQ(alice.take(0, kStart + 1499ms), 1ms) << "it asks for nothing, but it came later";
  EXPECT_FALSE(alice.take(150, kStart + 1500ms));
}

TEST(PostingRate, takes_what_is_spare_for_a_long_request_so_that_the_next_words_need_not_wait) {
  PostingRate::Spare spare(TokenBucket(100));
  PostingRate alice(10, &spare);
  EXPECT_FALSE(alice.take(30, kStart));
  EXPECT_FALSE(alice.take(170, kStart)) << "all that is spare";
  EXPECT_FALSE(alice.take(20, kStart)) << "and all her own";
  EXPECT_TRUE(alice.take(1, kStart));
}

TEST(PostingRate, lets_single_words_keep_nobodys_long_request_waiting) {
  PostingRate::Spare spare(TokenBucket(100));
  PostingRate alice(1, &spare);
  PostingRate bob(1, &spare);
  EXPECT_FALSE(bob.take(2, kStart));
  for (int i = 0; i < 200; ++i) EXPECT_FALSE(bob.take(1, kStart));
  EXPECT_EQ(alice.take(100, kStart), 1000ms);
  EXPECT_EQ(bob.take(1, kStart), 1000ms) << "of his own; of what is spare it would be ten more";
  for (auto now = kStart; now < kStart + 999ms; now += 1ms) EXPECT_TRUE(bob.take(1, now));
  EXPECT_FALSE(alice.take(100, kStart + 1000ms));
}

TEST(PostingRate, lets_those_who_come_at_once_with_much_pass_one_after_the_other) {
  PostingRate::Spare spare(TokenBucket(100, 0.5));
  std::vector<PostingRate> many(5, PostingRate(10, &spare));
  std::vector<std::chrono::milliseconds> waits;
  for (auto& one : many) waits.push_back(one.take(50, kStart).value_or(0ms));
  EXPECT_THAT(waits, testing::ElementsAre(0ms, 500ms, 1000ms, 1500ms, 2000ms));
  for (std::size_t i = 1; i < many.size(); ++i) {
    EXPECT_TRUE(many[i].take(50, kStart + waits[i] - 1ms)) << i;
    EXPECT_FALSE(many[i].take(50, kStart + waits[i])) << i;
  }
}

TEST(PostingRate, lets_a_long_request_pass_of_what_one_has_of_ones_own_where_too_little_is_spare) {
  PostingRate::Spare spare(TokenBucket(1));
  PostingRate alice(10, &spare);
  EXPECT_EQ(alice.take(50, kStart), 3000ms) << "twenty are there";
  EXPECT_FALSE(alice.take(50, kStart + 3000ms));
  EXPECT_FALSE(alice.take(1, kStart + 3000ms)) << "of what is spare";
}

TEST(PostingRate, gives_what_was_paid_to_whatever_comes_in_its_place) {
  PostingRate alice(10, nullptr);
  EXPECT_FALSE(alice.take(20, kStart));
  EXPECT_EQ(alice.take(40, kStart), 4000ms);
  EXPECT_FALSE(alice.take(10, kStart + 4000ms));
  EXPECT_FALSE(alice.take(30, kStart + 4000ms));
  EXPECT_EQ(alice.take(1, kStart + 4000ms), 100ms);
}

TEST(PostingRate, asks_for_the_difference_when_more_comes) {
  PostingRate alice(10, nullptr);
  EXPECT_FALSE(alice.take(20, kStart));
  EXPECT_EQ(alice.take(10, kStart), 1000ms);
  EXPECT_EQ(alice.take(15, kStart + 1000ms), 500ms);
  EXPECT_FALSE(alice.take(15, kStart + 1500ms));
}

TEST(PostingRate, keeps_nothing_for_who_does_not_come_back) {
  PostingRate alice(10, nullptr);
  EXPECT_FALSE(alice.take(20, kStart));
  EXPECT_EQ(alice.take(20, kStart), 2000ms);
  const auto late = kStart + 2000ms + PostingRate::kComesBackWithin + 1ms;
  EXPECT_FALSE(alice.take(10, late)) << "what has come since";
  EXPECT_TRUE(alice.take(1, late));
}

TEST(PostingRate, is_full_when_it_is_as_at_first) {
  PostingRate::Spare spare(TokenBucket(1));
  PostingRate alice(10, &spare);
  EXPECT_TRUE(alice.is_full(kStart));
  EXPECT_FALSE(alice.take(1, kStart));
  EXPECT_FALSE(alice.is_full(kStart + 99ms));
  EXPECT_TRUE(alice.is_full(kStart + 100ms));
}

TEST(PostingRate, is_the_own_one_where_nothing_is_spare) {
  PostingRate alice(10, nullptr);
  EXPECT_FALSE(alice.take(20, kStart));
  EXPECT_EQ(alice.take(1, kStart), 100ms);
}

TEST(PostingRate, lets_everything_pass_without_a_rate) {
  PostingRate::Spare spare(TokenBucket(1));
  PostingRate alice(0, &spare);
  EXPECT_FALSE(alice.take(1e9, kStart));
  EXPECT_FALSE(alice.take(1e9, kStart));
}

}  // namespace
}  // namespace palabre::broker
