#include "broker/transport/canary.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>

#include "broker/transport/context.hpp"
#include "broker/transport/socket_calls.hpp"
#include "broker/transport/zap.hpp"
#include "tests/broker/transport/loopback.hpp"

namespace palabre::broker {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kPipeFrames = 1024;
constexpr std::size_t kFullFrame = 64 * 1024;

class CanaryTest : public testing::Test {
 protected:
  CanaryTest() {
    prepare_bound_socket(feed_, "feed", 1024);
    canary_.connect(bind_socket(feed_, "tcp://127.0.0.1:*"));
  }

  void send(const FeedPacker::Frame& frame) {
    (void)send_frame(feed_, frame.topic, zmq::send_flags::sndmore);
    (void)send_frame(feed_, frame.body, zmq::send_flags::none);
  }
  /// Sends canary frames until one came back, which takes as long as a subscription does. Each tells of more
  /// than the one before, as in a feed, so that a late one is no silence.
  void wake_up() {
    EXPECT_TRUE(eventually([this] {
      (void)canary_.is_due_after(1);
      send(canary_.next());
      canary_.wait_until_near();
      return canary_.is_alive();
    })) << "the canary never sang";
  }
  static auto seconds_of(const std::function<void()>& work) {
    const auto begun = steady_clock::now();
    work();
    return std::chrono::duration<double>(steady_clock::now() - begun).count();
  }

  zmq::context_t context_ = make_context(8);
  AdmittedKeys keys_;
  Zap zap_{context_, Strangers::everywhere, keys_, {}};
  zmq::socket_t feed_{context_, zmq::socket_type::pub};
  Canary canary_{context_, kPipeFrames};
};

TEST_F(CanaryTest, is_due_after_each_full_frame_and_after_sixteen_small_ones) {
  EXPECT_TRUE(canary_.is_due_after(kFullFrame));
  (void)canary_.next();
  for (int i = 1; i < 16; ++i) EXPECT_FALSE(canary_.is_due_after(100)) << i;
  EXPECT_TRUE(canary_.is_due_after(100));
}

TEST_F(CanaryTest, is_waited_for_only_when_it_has_lived) {
  for (int i = 0; i < 100; ++i) (void)canary_.is_due_after(kFullFrame);
  (void)canary_.next();  // and nobody sends it
  EXPECT_LT(seconds_of([this] { canary_.wait_until_near(); }), 0.5);
}

TEST_F(CanaryTest, holds_the_feed_back_until_what_was_sent_came_through) {
  wake_up();
  for (int i = 0; i < 100; ++i) (void)canary_.is_due_after(kFullFrame);
  send(canary_.next());
  EXPECT_LT(seconds_of([this] { canary_.wait_until_near(); }), 0.5);
  EXPECT_TRUE(canary_.is_alive());
}

TEST_F(CanaryTest, is_given_up_when_it_stays_silent_and_taken_back_when_it_sings) {
  wake_up();
  for (int i = 0; i < 100; ++i) (void)canary_.is_due_after(kFullFrame);
  (void)canary_.next();  // and nobody sends it
  EXPECT_GT(seconds_of([this] { canary_.wait_until_near(); }), 0.5);
  EXPECT_FALSE(canary_.is_alive());
  EXPECT_LT(seconds_of([this] { canary_.wait_until_near(); }), 0.5) << "nobody waits twice for a dead one";
  wake_up();
}

}  // namespace
}  // namespace palabre::broker
