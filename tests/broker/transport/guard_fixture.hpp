#pragma once

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "broker/transport/context.hpp"
#include "broker/transport/guard.hpp"
#include "broker/transport/socket_calls.hpp"
#include "broker/transport/zap.hpp"
#include "tests/broker/transport/loopback.hpp"
#include "tests/broker/transport/raw_peer.hpp"

namespace palabre::broker {

using namespace std::chrono_literals;

inline constexpr std::size_t kFromOneAddress = 4;
inline constexpr std::uint64_t kFeedBytes = 4096;
inline const std::string kSource = "127.0.0.9";
inline const std::string kOtherSource = "127.0.0.8";
// Before the SYN that was dropped is sent again, which takes a second.
inline constexpr auto kAnswered = 500ms;

inline std::uint16_t port_of(const std::string& endpoint) {
  return static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1)));
}

/// Both sockets of a broker, and nobody but the guard behind them.
class GuardTest : public testing::Test {
 protected:
  explicit GuardTest(std::uint64_t feed_bytes = kFeedBytes, std::size_t from_one_address = kFromOneAddress)
      : guard_({{100, from_one_address, 1000}, {64 * 1024, 1024 * 1024}, feed_bytes}) {
    guard_.watch_talk(context_, talk_);
    guard_.watch_feed(context_, feed_);
    for (auto* socket : {&talk_, &feed_}) prepare_bound_socket(*socket, "test", 1024);
    talk_port_ = port_of(bind_socket(talk_, "tcp://127.0.0.1:*"));
    feed_port_ = port_of(bind_socket(feed_, "tcp://127.0.0.1:*"));
    guard_.start({[] {}, [this] { return rooms_.load(); }, [](const ConnectionEvent&) {},
                  [this](const std::string&, std::string_view reason, std::size_t) {
                    said_.add(std::string(reason));
                  }},
                 talk_port_, feed_port_);
  }
  ~GuardTest() override { guard_.finish(); }

  [[nodiscard]] bool has_said(const std::string& words) const {
    return said_.wait_until_any(
        [&words](const auto& reason) { return reason.find(words) != std::string::npos; });
  }
  std::unique_ptr<RawPeer> subscriber(const std::string& source) const {
    auto peer = std::make_unique<RawPeer>(feed_port_, source);
    peer->shake_hands("SUB");
    return peer;
  }
  /// Whether a new connection from there is not answered, or ended before it can shake hands or right after.
  [[nodiscard]] bool is_held(const std::string& source) const {
    try {
      RawPeer peer(talk_port_, source, kAnswered);
      peer.shake_hands("DEALER");
      return peer.is_ended_within(50ms);
    } catch (const std::runtime_error&) {
      return true;
    }
  }
  /// Whether the kernel answers who knocks from there, whatever becomes of him.
  [[nodiscard]] bool is_answered(const std::string& source) const {
    try {
      const RawPeer peer(feed_port_, source, kAnswered);
      return true;
    } catch (const std::runtime_error&) {
      return false;
    }
  }
  /// What the router does with each message. The descriptor that it came on.
  int take_one() {
    talk_.set(zmq::sockopt::rcvtimeo, kPatienceMs);
    zmq::message_t frame;
    EXPECT_TRUE(talk_.recv(frame));
    EXPECT_TRUE(talk_.recv(frame));
    const int descriptor = zmq_msg_get(frame.handle(), ZMQ_SRCFD);
    guard_.intake().add(descriptor, bytes_on_the_wire(frame.size(), false));
    guard_.intake().end_turn();
    return descriptor;
  }
  static void send_too_much(RawPeer& peer) {
    for (std::uint64_t sent = 0; sent <= kFeedBytes; sent += 100) peer.send("\x01" + std::string(97, 'x'));
  }

  Collected<std::string> said_;
  std::atomic<std::size_t> rooms_ = 1;
  zmq::context_t context_ = make_context(8);
  AdmittedKeys keys_;
  Guard guard_;
  Zap zap_{context_, Strangers::everywhere, keys_, {}, &guard_.quarantine()};
  zmq::socket_t talk_{context_, zmq::socket_type::router};
  zmq::socket_t feed_{context_, zmq::socket_type::pub};
  std::uint16_t talk_port_ = 0;
  std::uint16_t feed_port_ = 0;
};

}  // namespace palabre::broker
