#include "broker/session/spare_rate.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

namespace palabre::broker {
namespace {

using namespace std::chrono_literals;

constexpr ClientNumber kAlice{1};
constexpr ClientNumber kBob{2};
constexpr Moment kStart{1h};

/// How many pass in so many seconds of who asks for one each millisecond, in turn.
int passed(SpareRate& spare, std::initializer_list<ClientNumber> clients, std::chrono::seconds time,
           Moment from = kStart) {
  int count = 0;
  for (auto now = from; now < from + time; now += 1ms) {
    for (const auto client : clients) count += spare.take(client, 1, now) == 0ms ? 1 : 0;
  }
  return count;
}

TEST(SpareRate, is_all_of_one_who_asks_alone) {
  SpareRate spare(300, 1);
  EXPECT_NEAR(passed(spare, {kAlice}, 10s), 300 + 3000, 10);
}

TEST(SpareRate, is_half_for_two_together_and_a_sixth_for_many) {
  SpareRate two(300, 1);
  EXPECT_NEAR(passed(two, {kAlice, kBob}, 10s), 150 + 1500, 10);
  SpareRate many(300, 1);
  EXPECT_NEAR(passed(many, {{1}, {2}, {3}, {4}, {5}, {6}, {7}, {8}, {9}}, 10s), 50 + 500, 15);
}

TEST(SpareRate, is_all_again_when_others_asked_for_nothing_in_a_second) {
  SpareRate spare(300, 1);
  (void)passed(spare, {kAlice, kBob}, 10s);
  EXPECT_NEAR(passed(spare, {kAlice}, 11s, kStart + 10s), 150 + 3000, 10);
}

TEST(SpareRate, lets_pass_what_leaves_debts_as_long_as_anything_is_left) {
  SpareRate spare(100, 2);
  EXPECT_EQ(spare.take(kAlice, 199, kStart), 0ms);
  EXPECT_EQ(spare.take(kAlice, 200, kStart), 0ms);
  EXPECT_EQ(spare.take(kAlice, 1, kStart), 2000ms);
  EXPECT_EQ(spare.take(kAlice, 201, kStart), SpareRate::Wait::max()) << "so much is never there";
}

TEST(SpareRate, costs_twice_as_much_when_two_want_it) {
  SpareRate spare(100, 2);
  EXPECT_EQ(spare.take(kAlice, 100, kStart), 0ms);
  EXPECT_EQ(spare.take(kBob, 100, kStart + 999ms), 0ms);
  EXPECT_EQ(spare.take(kBob, 1, kStart + 999ms), 11ms) << "199.9 were there";
}

}  // namespace
}  // namespace palabre::broker
