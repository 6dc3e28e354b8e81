#include "broker/transport/quarantine.hpp"

#include <gtest/gtest.h>

namespace palabre::broker {
namespace {

using namespace std::chrono_literals;

constexpr PeerAddress kThere{1};
constexpr PeerAddress kElsewhere{2};

class QuarantineTest : public testing::Test {
 protected:
  /// Until when it is held from now on, to the second.
  std::chrono::seconds length_of_quarantine() {
    std::chrono::seconds length{0};
    while (quarantine_.holds(kThere, now_)) {
      now_ += 1s;
      length += 1s;
    }
    return length;
  }

  Quarantine quarantine_;
  Quarantine::Moment now_{1000h};
};

TEST_F(QuarantineTest, holds_nobody_who_did_nothing) { EXPECT_FALSE(quarantine_.holds(kThere, now_)); }

TEST_F(QuarantineTest, holds_the_address_of_an_offence_and_no_other) {
  quarantine_.offended(kThere, now_);
  EXPECT_TRUE(quarantine_.holds(kThere, now_));
  EXPECT_TRUE(quarantine_.holds(kThere, now_ + 999ms));
  EXPECT_FALSE(quarantine_.holds(kThere, now_ + 1s));
  EXPECT_FALSE(quarantine_.holds(kElsewhere, now_));
}

TEST_F(QuarantineTest, is_twice_as_long_each_time_up_to_a_minute) {
  for (const auto length : {1s, 2s, 4s, 8s, 16s, 32s, 64s, 64s}) {
    quarantine_.offended(kThere, now_);
    EXPECT_EQ(length_of_quarantine(), length);
  }
}

TEST_F(QuarantineTest, counts_those_who_were_there_together_once) {
  for (int connection = 0; connection < 100; ++connection)
    quarantine_.offended(kThere, now_ + 1ms * connection);
  EXPECT_EQ(length_of_quarantine(), 1s);
}

TEST_F(QuarantineTest, holds_a_crowd_for_a_second_which_is_no_offence) {
  for (int times = 0; times < 3; ++times) {
    quarantine_.crowded(kThere, now_);
    EXPECT_FALSE(quarantine_.holds(kElsewhere, now_));
    EXPECT_EQ(length_of_quarantine(), 1s);
  }
  quarantine_.offended(kThere, now_);
  EXPECT_EQ(length_of_quarantine(), 1s);
}

TEST_F(QuarantineTest, does_not_overlook_an_offence_in_a_crowd) {
  quarantine_.crowded(kThere, now_);
  quarantine_.offended(kThere, now_);
  EXPECT_EQ(length_of_quarantine(), 1s);
  quarantine_.crowded(kThere, now_);
  quarantine_.offended(kThere, now_);
  EXPECT_EQ(length_of_quarantine(), 2s);
}

TEST_F(QuarantineTest, forgets_after_a_while) {
  quarantine_.offended(kThere, now_);
  now_ += 2s;
  quarantine_.offended(kThere, now_);
  now_ += 2s + Quarantine::kForgottenAfter;
  quarantine_.offended(kThere, now_);
  EXPECT_EQ(length_of_quarantine(), 1s);
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
  EXPECT_EQ(length_of_quarantine(), 1s);
  // Two may come in vain in that second; then it is for two.
  for (int again = 0; again < 3; ++again) quarantine_.came_in_vain(kThere, now_);
  EXPECT_EQ(length_of_quarantine(), 2s);
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
