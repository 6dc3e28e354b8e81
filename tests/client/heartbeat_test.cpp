#include "client/heartbeat.hpp"

#include <gtest/gtest.h>

#include "tests/client/samples.hpp"

namespace palabre {
namespace {

using namespace palabre::testing;

Heartbeat started() {
  Heartbeat heartbeat;
  heartbeat.start(10s, kStart);
  return heartbeat;
}

TEST(Heartbeat, needs_a_ping_when_nothing_was_sent_for_a_heartbeat) {
  auto heartbeat = started();
  heartbeat.sent(kStart + 4s);
  EXPECT_FALSE(heartbeat.needs_ping(kStart + 13s));
  EXPECT_TRUE(heartbeat.needs_ping(kStart + 14s));
}

TEST(Heartbeat, thinks_the_broker_dead_after_three_silent_heartbeats) {
  auto heartbeat = started();
  heartbeat.received(kStart + 4s);
  EXPECT_FALSE(heartbeat.is_dead(kStart + 33s));
  EXPECT_TRUE(heartbeat.is_dead(kStart + 34s));
}

}  // namespace
}  // namespace palabre
