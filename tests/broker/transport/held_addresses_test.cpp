#include "broker/transport/held_addresses.hpp"

#include <gtest/gtest.h>

namespace palabre::broker {
namespace {

using namespace std::chrono_literals;

constexpr PeerAddress kThere{1};
constexpr PeerAddress kElsewhere{2};

class HeldAddressesTest : public testing::Test {
 protected:
  /// As the guard does: tells the kernel whenever it is due, until then.
  void pass(Moment::duration time) {
    const auto end = now_ + time;
    while (held_.due_at() && *held_.due_at() <= end) {
      now_ = std::max(now_, *held_.due_at());
      held_.tell_kernel(now_);
      ++told_;
    }
    now_ = end;
  }

  HeldAddresses held_;
  Moment now_{1000h};
  int told_ = 0;
};

TEST_F(HeldAddressesTest, has_nothing_to_do_while_nobody_did_harm) { EXPECT_FALSE(held_.due_at()); }

TEST_F(HeldAddressesTest, tells_the_kernel_of_an_offence_at_once_and_of_its_end) {
  held_.offended(kThere, now_);
  EXPECT_EQ(held_.due_at(), now_);
  pass(0s);
  EXPECT_EQ(told_, 1);
  EXPECT_LE(held_.due_at(), now_ + Quarantine::kFirst);
  EXPECT_GE(held_.due_at(), now_ + Quarantine::kFirst / 2);
  pass(Quarantine::kFirst);
  EXPECT_EQ(told_, 2);
  EXPECT_FALSE(held_.due_at());
  EXPECT_FALSE(held_.holds(kThere, now_));
}

TEST_F(HeldAddressesTest, is_not_kept_busy_by_offences_that_change_nothing) {
  held_.offended(kThere, now_);
  pass(0s);
  for (int more = 0; more < 100; ++more) {
    held_.offended(kThere, now_);
    pass(1ms);
  }
  EXPECT_EQ(told_, 1);
}

TEST_F(HeldAddressesTest, tells_of_many_at_once) {
  for (std::uint8_t number = 1; number < 200; ++number) {
    held_.offended({number}, now_);
    pass(100us);
  }
  EXPECT_LE(told_, 6) << "within 20 ms";
  pass(10ms);
  EXPECT_LE(held_.due_at(), now_ + Quarantine::kFirst);
}

TEST_F(HeldAddressesTest, tells_of_who_comes_in_vain_too_often) {
  for (int visit = 0; visit < 64; ++visit) held_.came_in_vain(kThere, now_);
  EXPECT_FALSE(held_.due_at());
  held_.came_in_vain(kThere, now_);
  EXPECT_EQ(held_.due_at(), now_);
  EXPECT_TRUE(held_.holds(kThere, now_));
  EXPECT_FALSE(held_.holds(kElsewhere, now_));
}

}  // namespace
}  // namespace palabre::broker
