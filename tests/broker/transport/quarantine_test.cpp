#include "broker/transport/quarantine.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace palabre::broker {
namespace {

using namespace std::chrono_literals;

constexpr PeerAddress kThere{1};
constexpr PeerAddress kElsewhere{2};

class QuarantineTest : public testing::Test {
 protected:
  /// How long it is held from now on; it is then, afterwards.
  std::chrono::milliseconds length_of_quarantine(const PeerAddress& address = kThere) {
    const auto until = std::max(now_, quarantine_.held_until(address));
    EXPECT_TRUE(until == now_ || quarantine_.holds(address, until - 1ns));
    EXPECT_FALSE(quarantine_.holds(address, until));
    return std::chrono::ceil<std::chrono::milliseconds>(until - std::exchange(now_, until));
  }
  /// That it is held for half of `longest` at least, and all of it at most.
  void expect_quarantine(std::chrono::seconds longest) {
    const auto length = length_of_quarantine();
    EXPECT_GE(length, longest / 2.0);
    EXPECT_LE(length, longest);
  }

  Quarantine quarantine_;
  Moment now_{1000h};
};

TEST_F(QuarantineTest, holds_nobody_who_did_nothing) { EXPECT_FALSE(quarantine_.holds(kThere, now_)); }

TEST_F(QuarantineTest, holds_the_address_of_an_offence_and_no_other) {
  quarantine_.offended(kThere, now_);
  EXPECT_TRUE(quarantine_.holds(kThere, now_));
  EXPECT_TRUE(quarantine_.holds(kThere, now_ + 999ms));
  EXPECT_FALSE(quarantine_.holds(kThere, now_ + 2s));
  EXPECT_FALSE(quarantine_.holds(kElsewhere, now_));
}

TEST_F(QuarantineTest, is_twice_as_long_each_time_up_to_a_minute) {
  for (const auto longest : {2s, 4s, 8s, 16s, 32s, 64s, 64s}) {
    quarantine_.offended(kThere, now_);
    expect_quarantine(longest);
  }
}

TEST_F(QuarantineTest, counts_those_who_were_there_together_once) {
  for (int connection = 0; connection < 100; ++connection)
    quarantine_.offended(kThere, now_ + 1ms * connection);
  expect_quarantine(2s);
}

TEST_F(QuarantineTest, does_not_let_those_come_back_together_who_offended_together) {
  std::vector<Moment> ends;
  for (std::uint8_t attacker = 0; attacker < 16; ++attacker) {
    quarantine_.offended({attacker}, now_);
    ends.push_back(quarantine_.held_until({attacker}));
  }
  std::ranges::sort(ends);
  for (std::size_t i = 1; i < ends.size(); ++i) {
    EXPECT_GE(ends[i] - ends[i - 1], 30ms) << "sixteen of a second are 62 ms apart, evenly";
    EXPECT_LE(ends[i] - ends[i - 1], 100ms);
  }
}

TEST_F(QuarantineTest, holds_a_crowd_for_a_second_which_is_no_offence) {
  for (int times = 0; times < 3; ++times, now_ += 2s) {
    quarantine_.crowded(kThere, now_);
    EXPECT_EQ(quarantine_.held_until(kThere), now_ + 1s);
    EXPECT_FALSE(quarantine_.holds(kThere, now_)) << "who was there before that was heard";
    EXPECT_LT(quarantine_.held_until(kElsewhere), now_);
  }
  quarantine_.offended(kThere, now_);
  expect_quarantine(2s);
}

TEST_F(QuarantineTest, does_not_overlook_an_offence_in_a_crowd) {
  for (const auto longest : {2s, 4s}) {
    quarantine_.crowded(kThere, now_);
    quarantine_.offended(kThere, now_);
    expect_quarantine(longest);
  }
}

TEST_F(QuarantineTest, forgets_after_a_while) {
  quarantine_.offended(kThere, now_);
  now_ += 2s;
  quarantine_.offended(kThere, now_);
  now_ += 4s + Quarantine::kForgottenAfter;
  quarantine_.offended(kThere, now_);
  expect_quarantine(2s);
}

TEST_F(QuarantineTest, lets_a_client_with_a_wrong_key_try_for_ever) {
  for (int second = 0; second < 3600; ++second) {
    quarantine_.came_in_vain(kThere, now_);
    ASSERT_FALSE(quarantine_.holds(kThere, now_)) << second;
    now_ += 1s;
  }
}

TEST_F(QuarantineTest, holds_who_comes_in_vain_too_often) {
  int tries = 0;
  for (; !quarantine_.holds(kThere, now_); ++tries) quarantine_.came_in_vain(kThere, now_);
  EXPECT_EQ(tries, 65);
  EXPECT_FALSE(quarantine_.holds(kElsewhere, now_));
  expect_quarantine(2s);
  // Four at most may come in vain in that time.
  for (int again = 0; again < 5; ++again) quarantine_.came_in_vain(kThere, now_);
  expect_quarantine(4s);
}

TEST_F(QuarantineTest, is_bounded_in_addresses) {
  for (std::size_t number = 0; number < 3 * Quarantine::kAddressesMax; ++number) {
    PeerAddress address{};
    for (std::size_t byte = 0; byte < 4; ++byte)
      address[byte] = static_cast<std::uint8_t>(number >> 8 * byte);
    quarantine_.offended(address, now_);
    ASSERT_TRUE(quarantine_.holds(address, now_));
  }
}

}  // namespace
}  // namespace palabre::broker
