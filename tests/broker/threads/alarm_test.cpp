#include "broker/threads/alarm.hpp"

#include <gtest/gtest.h>
#include <poll.h>

namespace palabre::broker {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

bool is_rung(const Alarm& alarm, int timeout_ms = 0) {
  pollfd waiting{alarm.descriptor(), POLLIN, 0};
  return ::poll(&waiting, 1, timeout_ms) == 1;
}

TEST(Alarm, is_silent_until_it_is_set) {
  const Alarm alarm;
  EXPECT_FALSE(is_rung(alarm));
}

TEST(Alarm, rings_when_the_moment_has_come_and_not_before) {
  const Alarm alarm;
  alarm.set(Clock::now() + 1h);
  EXPECT_FALSE(is_rung(alarm));
  const auto moment = Clock::now() + 3ms + 300us;
  alarm.set(moment);
  EXPECT_TRUE(is_rung(alarm, 10'000));
  EXPECT_GE(Clock::now(), moment);
}

TEST(Alarm, rings_at_once_for_what_has_passed) {
  const Alarm alarm;
  for (const auto moment : {Clock::now() - 1h, Clock::time_point{}}) {
    alarm.set(moment);
    EXPECT_TRUE(is_rung(alarm, 10'000));
  }
}

TEST(Alarm, forgets_what_it_was_set_to) {
  const Alarm alarm;
  alarm.set(Clock::now() - 1s);
  EXPECT_TRUE(is_rung(alarm, 10'000));
  alarm.set(Clock::now() + 1h);
  EXPECT_FALSE(is_rung(alarm));
  alarm.set(Clock::now() - 1s);
  alarm.set(std::nullopt);
  EXPECT_FALSE(is_rung(alarm));
}

}  // namespace
}  // namespace palabre::broker
