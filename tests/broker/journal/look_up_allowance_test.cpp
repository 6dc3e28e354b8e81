#include "broker/journal/look_up_allowance.hpp"

#include <gtest/gtest.h>

#include "tests/support/people.hpp"

namespace palabre::broker {
namespace {

using namespace std::chrono_literals;

constexpr Moment kStart{1h};

TEST(LookUpAllowance, lets_a_client_look_until_twenty_milliseconds_are_gone) {
  LookUpAllowance allowance;
  EXPECT_FALSE(allowance.wait_of(kAlice, kStart));
  allowance.spent(kAlice, 20ms, kStart);
  EXPECT_FALSE(allowance.wait_of(kAlice, kStart));
  allowance.spent(kAlice, 1ms, kStart);
  EXPECT_EQ(allowance.wait_of(kAlice, kStart), 51ms) << "a fiftieth of the time";
  EXPECT_TRUE(allowance.wait_of(kAlice, kStart + 49ms));
  EXPECT_FALSE(allowance.wait_of(kAlice, kStart + 51ms));
}

TEST(LookUpAllowance, has_what_a_look_took_too_long_paid_back) {
  LookUpAllowance allowance;
  allowance.spent(kAlice, 50ms, kStart);
  EXPECT_EQ(allowance.wait_of(kAlice, kStart), 1501ms);
  EXPECT_EQ(allowance.wait_of(kAlice, kStart + 1500ms - 1ms), 2ms);
}

TEST(LookUpAllowance, has_nobody_wait_for_longer_than_two_seconds) {
  LookUpAllowance allowance;
  for (int i = 0; i < 10; ++i) allowance.spent(kAlice, 1h, kStart);
  EXPECT_EQ(allowance.wait_of(kAlice, kStart), 2001ms);
}

TEST(LookUpAllowance, counts_each_client_by_itself) {
  LookUpAllowance allowance;
  allowance.spent(kAlice, 60ms, kStart);
  EXPECT_FALSE(allowance.wait_of(kBob, kStart));
}

TEST(LookUpAllowance, keeps_nothing_of_who_owes_nothing) {
  LookUpAllowance allowance;
  allowance.spent(kAlice, 60ms, kStart);
  for (std::uint32_t number = 100; number < 10'000; ++number) {
    allowance.spent(ClientNumber{number}, 1us, kStart + number * 1ms / 10);
  }
  EXPECT_LE(allowance.size(), 2048U);
  EXPECT_TRUE(allowance.wait_of(kAlice, kStart + 1s)) << "who owes something is kept";
}

}  // namespace
}  // namespace palabre::broker
