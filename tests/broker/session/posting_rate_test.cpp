#include "broker/session/posting_rate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace palabre::broker {
namespace {

using namespace std::chrono_literals;

// Whose patience is not longer than it must be.
constexpr ClientNumber kAlice{0};
constexpr ClientNumber kBob{2};
constexpr Moment kStart{1h};

TEST(PostingRate, gives_what_is_spare_to_who_has_much_to_say) {
  SpareRate spare(100, 2);
  PostingRate alice(kAlice, 10, &spare);
  EXPECT_FALSE(alice.take(20, kStart)) << "two seconds of her own";
  EXPECT_FALSE(alice.take(200, kStart)) << "and two of everybody's";
  EXPECT_EQ(alice.take(10, kStart), 10ms) << "until anything is spare again";
  EXPECT_FALSE(alice.take(10, kStart + 10ms));
  EXPECT_EQ(alice.take(1, kStart + 10ms), 90ms) << "of her own, while there are debts";
}

TEST(PostingRate, leaves_everybody_his_own_whatever_others_take) {
  SpareRate spare(100, 2);
  PostingRate alice(kAlice, 10, &spare);
  PostingRate bob(kBob, 10, &spare);
  EXPECT_FALSE(alice.take(20, kStart));
  EXPECT_FALSE(alice.take(200, kStart));
  EXPECT_FALSE(bob.take(20, kStart));
  EXPECT_EQ(bob.take(1, kStart), 10ms);
}

TEST(PostingRate, lets_nothing_pass_before_what_waits) {
  SpareRate spare(100, 2);
  PostingRate alice(kAlice, 10, &spare);
  EXPECT_FALSE(alice.take(20, kStart));
  EXPECT_FALSE(alice.take(200, kStart));
  EXPECT_FALSE(alice.take(0, kStart));
  EXPECT_EQ(alice.take(150, kStart), 10ms);
  EXPECT_EQ(alice.take(0, kStart + 9ms), 1ms) << "it asks for nothing, but it came later";
  EXPECT_FALSE(alice.take(150, kStart + 10ms));
}

TEST(PostingRate, takes_what_is_spare_for_a_long_request_so_that_the_next_words_need_not_wait) {
  SpareRate spare(100, 2);
  PostingRate alice(kAlice, 10, &spare);
  EXPECT_FALSE(alice.take(30, kStart));
  EXPECT_FALSE(alice.take(170, kStart)) << "all that is spare";
  EXPECT_FALSE(alice.take(20, kStart)) << "and all her own";
  EXPECT_TRUE(alice.take(1, kStart));
}

TEST(PostingRate, lets_single_words_keep_nobodys_long_request_waiting) {
  SpareRate spare(100, 2);
  PostingRate alice(kAlice, 1, &spare);
  PostingRate bob(kBob, 1, &spare);
  EXPECT_FALSE(bob.take(2, kStart));
  for (int i = 0; i < 200; ++i) EXPECT_FALSE(bob.take(1, kStart));
  EXPECT_FALSE(alice.take(2, kStart));
  EXPECT_EQ(alice.take(100, kStart), 10ms);
  EXPECT_EQ(bob.take(1, kStart), 10ms);
  EXPECT_FALSE(alice.take(100, kStart + 10ms));
  EXPECT_EQ(bob.take(1, kStart + 10ms), 990ms) << "of his own; of what is spare it would be a second";
}

TEST(PostingRate, lets_a_long_request_pass_where_so_much_is_never_spare) {
  SpareRate spare(1, 2);
  PostingRate alice(kAlice, 10, &spare);
  EXPECT_EQ(alice.take(30, kStart), 1000ms) << "her own is full, but ten more take a second to earn";
  EXPECT_FALSE(alice.take(30, kStart + 1000ms));
  EXPECT_FALSE(alice.take(2, kStart + 1000ms)) << "of what is spare";
  EXPECT_EQ(alice.take(30, kStart + 1000ms), 3000ms) << "her debts, too";
  EXPECT_FALSE(alice.take(30, kStart + 4000ms));
  EXPECT_EQ(alice.take(30, kStart + 1h), 1000ms) << "each long one is earned anew";
}

TEST(PostingRate, lets_those_who_come_at_once_with_much_pass_one_after_the_other) {
  SpareRate spare(100, 0.5);
  std::vector<PostingRate> waiting(8, PostingRate(kAlice, 10, &spare));
  const auto pass_at = [&](std::chrono::milliseconds time) {
    return std::erase_if(waiting, [&](auto& one) { return !one.take(50, kStart + time); });
  };
  for (int half_second = 0; half_second < 6; ++half_second) EXPECT_EQ(pass_at(half_second * 500ms), 1U);
  EXPECT_EQ(pass_at(3000ms), 2U) << "who has waited three seconds has earned thirty more than his own twenty";
}

TEST(PostingRate, lets_no_crowd_of_long_requests_pass_together_when_all_have_earned_them) {
  SpareRate spare(0.001, 1);
  std::vector<PostingRate> waiting;
  for (std::uint32_t number = 1; number <= 100; ++number)
    waiting.emplace_back(ClientNumber{number}, 10, &spare);
  std::vector<std::size_t> passed;
  for (auto time = 0ms; !waiting.empty(); time += 100ms) {
    passed.push_back(std::erase_if(waiting, [&](auto& one) { return !one.take(120, kStart + time); }));
  }
  EXPECT_GE(passed.size(), 190U) << "ten seconds are earned in ten to twenty";
  EXPECT_LE(std::ranges::max(passed), 3U);
}

TEST(PostingRate, lets_single_words_make_no_long_request_wait_anew) {
  SpareRate spare(0.001, 2);
  PostingRate alice(kAlice, 10, &spare);
  EXPECT_EQ(alice.take(40, kStart), 2000ms);
  EXPECT_FALSE(alice.take(1, kStart + 2000ms)) << "her own";
  EXPECT_EQ(alice.take(40, kStart + 2000ms), 100ms) << "until her own is full again";
  EXPECT_FALSE(alice.take(40, kStart + 2100ms));
}

TEST(PostingRate, lets_a_long_request_pass_at_once_where_nothing_is_ever_spare) {
  PostingRate alice(kAlice, 10, nullptr);
  EXPECT_FALSE(alice.take(50, kStart));
  EXPECT_EQ(alice.take(1, kStart), 3100ms);
}

TEST(PostingRate, is_full_when_it_is_as_at_first) {
  SpareRate spare(1, 2);
  PostingRate alice(kAlice, 10, &spare);
  EXPECT_TRUE(alice.is_full(kStart));
  EXPECT_FALSE(alice.take(1, kStart));
  EXPECT_FALSE(alice.is_full(kStart + 99ms));
  EXPECT_TRUE(alice.is_full(kStart + 100ms));
}

TEST(PostingRate, is_the_own_one_where_nothing_is_spare) {
  PostingRate alice(kAlice, 10, nullptr);
  EXPECT_FALSE(alice.take(20, kStart));
  EXPECT_EQ(alice.take(1, kStart), 100ms);
}

TEST(PostingRate, lets_everything_pass_without_a_rate) {
  SpareRate spare(1, 2);
  PostingRate alice(kAlice, 0, &spare);
  EXPECT_FALSE(alice.take(1e9, kStart));
  EXPECT_FALSE(alice.take(1e9, kStart));
}

}  // namespace
}  // namespace palabre::broker
