#include "broker/transport/memory_return.hpp"

#include <gtest/gtest.h>

namespace palabre::broker {
namespace {

using namespace std::chrono_literals;

constexpr Moment kStart{1000h};

TEST(MemoryReturn, is_due_when_all_was_quiet_for_a_while_and_once_more) {
  MemoryReturn memory;
  EXPECT_FALSE(memory.due_at());
  memory.expect(kStart);
  memory.expect(kStart + 1s);
  EXPECT_FALSE(memory.is_due(kStart + 2s));
  EXPECT_TRUE(memory.is_due(kStart + 3s));
  memory.done(kStart + 3s);
  EXPECT_EQ(memory.due_at(), kStart + 7s);
  memory.done(kStart + 7s);
  EXPECT_FALSE(memory.due_at());
}

TEST(MemoryReturn, is_seldom_due_while_connections_go_all_the_time) {
  MemoryReturn memory;
  int searches = 0;
  for (auto time = 0s; time < 300s; time += 1s) {
    memory.expect(kStart + time);
    if (!memory.is_due(kStart + time)) continue;
    memory.done(kStart + time);
    ++searches;
  }
  EXPECT_GE(searches, 9);
  EXPECT_LE(searches, 10);
}

}  // namespace
}  // namespace palabre::broker
