#include "broker/threads/wake_up.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <thread>

namespace palabre::broker {
namespace {

bool is_rung(const WakeUp& wake_up, int timeout_ms = 0) {
  pollfd waiting{wake_up.descriptor(), POLLIN, 0};
  return ::poll(&waiting, 1, timeout_ms) == 1;
}

TEST(WakeUp, is_silent_until_it_is_rung) {
  const WakeUp wake_up;
  EXPECT_FALSE(is_rung(wake_up));
  wake_up.ring();
  EXPECT_TRUE(is_rung(wake_up));
}

TEST(WakeUp, is_silent_again_once_cleared_however_often_it_was_rung) {
  const WakeUp wake_up;
  for (int i = 0; i < 5; ++i) wake_up.ring();
  wake_up.clear();
  EXPECT_FALSE(is_rung(wake_up));
}

TEST(WakeUp, does_not_wait_when_there_is_nothing_to_clear) {
  const WakeUp wake_up;
  wake_up.clear();
  EXPECT_FALSE(is_rung(wake_up));
}

TEST(WakeUp, wakes_a_thread_that_polls_it) {
  const WakeUp wake_up;
  const std::jthread other([&] { wake_up.ring(); });
  EXPECT_TRUE(is_rung(wake_up, 10'000));
}

}  // namespace
}  // namespace palabre::broker
