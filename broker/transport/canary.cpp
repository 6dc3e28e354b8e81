#include "broker/transport/canary.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "broker/transport/socket_calls.hpp"

namespace palabre::broker {
namespace {

constexpr std::string_view kTopic = "canary/";
// What a frame counts at least: a pipe to a subscriber holds so many frames, whatever their size.
constexpr std::uint64_t kFrameCostMin = 4 * 1024;
// After so much a canary frame is sent: in a full feed one for each batch, in small talk one for sixteen.
constexpr std::uint64_t kStretch = 64 * 1024;
// So much may be under way to each subscriber: 14 full frames, or 256 small ones. Less would leave the
// sockets idle between two wake-ups; more only waits in queues.
constexpr std::uint64_t kLagMax = 1024 * 1024;
constexpr auto kPauseMax = std::chrono::seconds(1);

/// Where a subscriber on this machine reaches a bound endpoint: its wildcard address is no destination.
std::string reachable(std::string endpoint) {
  for (const auto& [wildcard, loopback] :
       {std::pair<std::string_view, std::string_view>{"//0.0.0.0:", "//127.0.0.1:"},
        {"//[::]:", "//[::1]:"}}) {
    if (const auto at = endpoint.find(wildcard); at != std::string::npos) {
      endpoint.replace(at, wildcard.size(), loopback);
    }
  }
  return endpoint;
}

}  // namespace

Canary::Canary(zmq::context_t& context, std::size_t pipe_frames)
    : lag_max_(std::min(kLagMax, pipe_frames * kFrameCostMin / 4)),
      stretch_(std::min(kStretch, lag_max_)),
      socket_(context, zmq::socket_type::sub),
      items_{{socket_.handle(), 0, ZMQ_POLLIN, 0}} {
  socket_.set(zmq::sockopt::linger, 0);
  socket_.set(zmq::sockopt::rcvhwm, 0);
  socket_.set(zmq::sockopt::sndhwm, 0);
  socket_.set(zmq::sockopt::subscribe, kTopic);
}

void Canary::encrypt(const CurveKey& broker, const KeyPair& own) {
  socket_.set(zmq::sockopt::curve_serverkey, broker);
  socket_.set(zmq::sockopt::curve_publickey, own.open);
  socket_.set(zmq::sockopt::curve_secretkey, own.secret);
}

void Canary::connect(const std::string& feed_endpoint) {
  socket_.set(zmq::sockopt::ipv6, feed_endpoint.find('[') != std::string::npos ? 1 : 0);
  socket_.connect(reachable(feed_endpoint));
}

bool Canary::is_due_after(std::size_t frame_bytes) {
  total_ += std::max<std::uint64_t>(frame_bytes, kFrameCostMin);
  return total_ - sent_ >= stretch_;
}

FeedPacker::Frame Canary::next() {
  sent_ = total_;
  return {std::string(kTopic), std::to_string(sent_)};
}

void Canary::wait_until_near() {
  listen();
  while (is_alive_ && lag() > lag_max_) {
    const auto before = heard_;
    wait_for(items_, kPauseMax);
    listen();
    if (heard_ == before) is_alive_ = false;
  }
}

void Canary::listen() {
  zmq::message_t topic;
  zmq::message_t body;
  while (receive_frame(socket_, topic)) {
    if (!topic.more() || !receive_frame(socket_, body)) continue;
    const auto text = body.to_string_view();
    std::from_chars(text.data(), text.data() + text.size(), heard_);
    is_alive_ = true;
  }
}

}  // namespace palabre::broker
