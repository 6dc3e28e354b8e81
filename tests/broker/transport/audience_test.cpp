#include "broker/transport/audience.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "broker/transport/context.hpp"
#include "broker/transport/socket_calls.hpp"
#include "broker/transport/zap.hpp"
#include "tests/broker/transport/loopback.hpp"

namespace palabre::broker {
namespace {

using std::chrono::steady_clock;

/// A feed and subscribers that read only when they are told to.
class AudienceTest : public testing::Test {
 protected:
  AudienceTest() {
    prepare_bound_socket(feed_, "feed", 1024);
    feed_.set(zmq::sockopt::sndhwm, 0);
    endpoint_ = bind_socket(feed_, "tcp://127.0.0.1:*");
  }

  void seat(std::size_t readers) {
    for (std::size_t i = 0; i < readers; ++i) {
      auto& reader = *readers_.emplace_back(std::make_unique<zmq::socket_t>(context_, zmq::socket_type::sub));
      reader.set(zmq::sockopt::linger, 0);
      reader.set(zmq::sockopt::rcvhwm, 1);
      reader.set(zmq::sockopt::rcvbuf, 4096);
      reader.set(zmq::sockopt::rcvtimeo, kPatienceMs);
      reader.set(zmq::sockopt::subscribe, "");
      reader.connect(endpoint_);
      // It has the first word when its subscription works. Not too many words: those before it do not read
      // them.
      std::vector<zmq::pollitem_t> arrival{{reader.handle(), 0, ZMQ_POLLIN, 0}};
      zmq::message_t word;
      while (!receive_frame(reader, word)) {
        send("word");
        wait_for(arrival, std::chrono::milliseconds(10));
      }
    }
  }
  void send(const std::string& frame) { (void)send_frame(feed_, frame, zmq::send_flags::none); }
  /// Sends more than the kernel holds for a reader that does not read.
  void flood() {
    const std::string frame(256 * 1024, 'x');
    for (int i = 0; i < kFloodFrames; ++i) {
      send(frame);
      audience_.sent(frame.size());
    }
  }
  void tell_the_news() {
    while (const auto event = monitor_.next()) audience_.hear(*event);
  }
  bool is_behind() {
    tell_the_news();
    return audience_.is_behind();
  }
  void wait_until_most_keep_up() {
    tell_the_news();
    audience_.wait_until_most_keep_up();
  }
  /// Until the look says so; false when it never does.
  bool becomes(bool wanted) {
    const auto deadline = steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
    while (is_behind() != wanted) {
      if (steady_clock::now() > deadline) return false;
    }
    return true;
  }
  static void read_all(zmq::socket_t& reader) {
    zmq::message_t frame;
    for (int floods = 0; floods < kFloodFrames && reader.recv(frame);) {
      if (frame.size() > 100) ++floods;
    }
  }

  static constexpr int kFloodFrames = 64;
  zmq::context_t context_ = make_context(8);
  AdmittedKeys keys_;
  Zap zap_{context_, Strangers::everywhere, keys_, {}};
  zmq::socket_t feed_{context_, zmq::socket_type::pub};
  ConnectionMonitor monitor_{context_, feed_, "feed"};
  Audience audience_;
  std::string endpoint_;
  std::vector<std::unique_ptr<zmq::socket_t>> readers_;
};

TEST_F(AudienceTest, is_never_behind_when_there_is_none) {
  flood();
  EXPECT_FALSE(is_behind());
  wait_until_most_keep_up();
}

TEST_F(AudienceTest, counts_who_comes_and_goes) {
  seat(2);
  EXPECT_FALSE(is_behind());
  EXPECT_EQ(audience_.size(), 2U);
  readers_.pop_back();
  const auto deadline = steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
  while (audience_.size() != 1 && steady_clock::now() < deadline) (void)is_behind();
  EXPECT_EQ(audience_.size(), 1U);
}

TEST_F(AudienceTest, hears_who_comes_though_next_to_nothing_is_sent) {
  seat(2);
  wait_until_most_keep_up();
  EXPECT_EQ(audience_.size(), 2U) << "in a quiet room the news would pile up unread";
}

TEST_F(AudienceTest, is_behind_when_most_have_much_waiting_until_they_have_read) {
  seat(2);
  flood();
  ASSERT_TRUE(becomes(true));
  for (auto& reader : readers_) read_all(*reader);
  EXPECT_TRUE(becomes(false));
}

TEST_F(AudienceTest, does_not_wait_for_those_who_do_not_read_at_all) {
  seat(2);
  flood();
  ASSERT_TRUE(becomes(true));
  EXPECT_TRUE(becomes(false)) << "nobody reads, so nobody is slow";
  const auto begun = steady_clock::now();
  wait_until_most_keep_up();
  EXPECT_LT(steady_clock::now() - begun, std::chrono::milliseconds(500));
}

}  // namespace
}  // namespace palabre::broker
