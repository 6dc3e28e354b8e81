#include "client/heartbeat.hpp"

#include <gtest/gtest.h>

#include "tests/client/samples.hpp"

namespace palabre {
namespace {

using namespace palabre::samples;

Heartbeat started() {
  Heartbeat heartbeat;
  heartbeat.start(10s, kStart);
  return heartbeat;
}

TEST(Heartbeat, needs_a_ping_when_nothing_was_sent_for_a_heartbeat) {
  auto heartbeat = started();
  heartbeat.sent(kStart + 4s);
  EXPECT_EQ(heartbeat.ping_at(false), kStart + 14s);
}

TEST(Heartbeat, needs_a_ping_in_any_case_when_its_answer_is_wanted) {
  auto heartbeat = started();
  heartbeat.sent(kStart + 4s);
  EXPECT_EQ(heartbeat.ping_at(true), kStart + 10s);
  heartbeat.pinged(kStart + 10s);
  EXPECT_EQ(heartbeat.ping_at(true), kStart + 20s);
}

TEST(Heartbeat, thinks_the_broker_dead_after_three_silent_heartbeats) {
  auto heartbeat = started();
  heartbeat.received(kStart + 4s);
  EXPECT_FALSE(heartbeat.is_dead(kStart + 33s));
  EXPECT_TRUE(heartbeat.is_dead(kStart + 34s));
}

}  // namespace
}  // namespace palabre
