#include "broker/transport/doorkeeper.hpp"

#include <gtest/gtest.h>

namespace palabre::broker {
namespace {

using namespace std::chrono_literals;

constexpr PeerAddress kThere{1};
constexpr PeerAddress kElsewhere{2};

class DoorkeeperTest : public testing::Test {
 protected:
  /// As the guard does: tells the kernel whenever it is due, until then.
  void pass(Doorkeeper::Moment::duration time) {
    const auto end = now_ + time;
    while (door_.due_at() && *door_.due_at() <= end) {
      now_ = std::max(now_, *door_.due_at());
      door_.tell_kernel(now_);
      ++told_;
    }
    now_ = end;
  }

  Doorkeeper door_;
  Doorkeeper::Moment now_{1000h};
  int told_ = 0;
};

TEST_F(DoorkeeperTest, has_nothing_to_do_while_nobody_did_harm) { EXPECT_FALSE(door_.due_at()); }

TEST_F(DoorkeeperTest, tells_the_kernel_of_an_offence_at_once_and_of_its_end) {
  door_.offended(kThere, now_);
  EXPECT_EQ(door_.due_at(), now_);
  pass(0s);
  EXPECT_EQ(told_, 1);
  EXPECT_EQ(door_.due_at(), now_ + Quarantine::kFirst);
  pass(1s);
  EXPECT_EQ(told_, 2);
  EXPECT_FALSE(door_.due_at());
  EXPECT_FALSE(door_.holds(kThere, now_));
}

TEST_F(DoorkeeperTest, is_not_kept_busy_by_offences_that_change_nothing) {
  door_.offended(kThere, now_);
  pass(0s);
  for (int more = 0; more < 100; ++more) {
    door_.offended(kThere, now_);
    pass(1ms);
  }
  EXPECT_EQ(told_, 1);
}

TEST_F(DoorkeeperTest, tells_of_many_at_once) {
  for (std::uint8_t number = 1; number < 200; ++number) {
    door_.offended({number}, now_);
    pass(100us);
  }
  EXPECT_LE(told_, 6) << "within 20 ms";
  pass(10ms);
  EXPECT_LE(door_.due_at(), now_ + Quarantine::kFirst);
}

TEST_F(DoorkeeperTest, tells_of_who_comes_in_vain_too_often) {
  for (int visit = 0; visit < 64; ++visit) door_.came_in_vain(kThere, now_);
  EXPECT_FALSE(door_.due_at());
  door_.came_in_vain(kThere, now_);
  EXPECT_EQ(door_.due_at(), now_);
  EXPECT_TRUE(door_.holds(kThere, now_));
  EXPECT_FALSE(door_.holds(kElsewhere, now_));
}

}  // namespace
}  // namespace palabre::broker
