#include "client/signalled_queue.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <thread>

namespace palabre {
namespace {

bool is_readable(int descriptor, int wait_ms = 0) {
  pollfd item{descriptor, POLLIN, 0};
  return poll(&item, 1, wait_ms) == 1;
}

TEST(SignalledQueue, is_readable_exactly_while_something_waits) {
  SignalledQueue<int> queue;
  EXPECT_FALSE(is_readable(queue.descriptor()));
  queue.push(1);
  queue.push_all({2, 3});
  EXPECT_TRUE(is_readable(queue.descriptor()));
  EXPECT_EQ(queue.pop(), 1);
  EXPECT_EQ(queue.pop(), 2);
  EXPECT_TRUE(is_readable(queue.descriptor()));
  EXPECT_EQ(queue.pop(), 3);
  EXPECT_FALSE(is_readable(queue.descriptor()));
  EXPECT_FALSE(queue.pop());
}

TEST(SignalledQueue, is_not_readable_after_all_was_taken) {
  SignalledQueue<int> queue;
  queue.push_all({1, 2});
  EXPECT_EQ(queue.pop_all().size(), 2U);
  EXPECT_FALSE(is_readable(queue.descriptor()));
}

TEST(SignalledQueue, hands_everything_from_one_thread_to_another_in_order) {
  constexpr int kCount = 100'000;
  SignalledQueue<int> queue;
  const std::jthread producer([&queue] {
    for (int i = 0; i < kCount; ++i) queue.push(i);
  });
  for (int expected = 0; expected < kCount;) {
    ASSERT_TRUE(is_readable(queue.descriptor(), 10'000));
    for (const int value : queue.pop_all()) ASSERT_EQ(value, expected++);
  }
}

}  // namespace
}  // namespace palabre
