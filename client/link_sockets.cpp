#include "client/link_sockets.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <random>
#include <utility>
#include <vector>

namespace palabre {
namespace {

constexpr std::int64_t kFrameBytesMax = 4 * 1024 * 1024;
constexpr int kMonitored = ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED |
                           ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                           ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;

/// libzmq draws its reconnect jitter from rand() and never seeds it: unseeded, all clients would come back at
/// once.
void seed_library_randomness() {
  static std::once_flag is_seeded;
  std::call_once(is_seeded, [] { std::srand(std::random_device{}()); });
}

/// Reads one message of any number of frames; nothing when there is none.
std::vector<zmq::message_t> receive(zmq::socket_t& socket) {
  std::vector<zmq::message_t> frames;
  if (!socket) return frames;
  do {
    zmq::message_t frame;
    if (!socket.recv(frame, zmq::recv_flags::dontwait)) break;
    frames.push_back(std::move(frame));
  } while (frames.back().more());
  return frames;
}

LinkSockets::TalkChange change_of(std::uint16_t event, std::uint32_t value) {
  // Who answers does not have the key he should have, or does not encrypt at all. libzmq does not try again.
  const bool is_stranger =
      value == ZMQ_PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC || value == ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH;
  if (event == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL && is_stranger)
    return LinkSockets::TalkChange::another_key;
  switch (event) {
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED: return LinkSockets::TalkChange::up;
    case ZMQ_EVENT_DISCONNECTED: return LinkSockets::TalkChange::down;
    case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
      // It hung up. A broker that says nothing for too long is stopped or far away, and no stranger for it.
      return value == EPIPE || value == ECONNRESET ? LinkSockets::TalkChange::handshake_failed
                                                   : LinkSockets::TalkChange::none;
    case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL: return LinkSockets::TalkChange::not_zeromq;
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH: return LinkSockets::TalkChange::not_admitted;
    default: return LinkSockets::TalkChange::none;
  }
}

}  // namespace

LinkSockets::LinkSockets(std::string server, LinkKeys keys, int wake_descriptor)
    : server_(std::move(server)), keys_(std::move(keys)), wake_descriptor_(wake_descriptor) {
  seed_library_randomness();
  context_.set(zmq::ctxopt::blocky, 0);
}

zmq::socket_t LinkSockets::make(zmq::socket_type type) {
  zmq::socket_t socket(context_, type);
  socket.set(zmq::sockopt::linger, 0);
  socket.set(zmq::sockopt::rcvhwm, 0);
  socket.set(zmq::sockopt::maxmsgsize, kFrameBytesMax);
  socket.set(zmq::sockopt::ipv6, true);
  socket.set(zmq::sockopt::reconnect_ivl, 200);
  // Less than the seconds that a restarted broker takes to be missed by people; a LAN bears the attempts.
  socket.set(zmq::sockopt::reconnect_ivl_max, 1000);
  socket.set(zmq::sockopt::connect_timeout, 5000);
  socket.set(zmq::sockopt::handshake_ivl, 5000);
  socket.set(zmq::sockopt::tcp_keepalive, 1);
  socket.set(zmq::sockopt::tcp_keepalive_idle, 30);
  socket.set(zmq::sockopt::tcp_keepalive_intvl, 10);
  socket.set(zmq::sockopt::tcp_keepalive_cnt, 3);
  socket.set(zmq::sockopt::tcp_maxrt, 20000);
  if (!keys_.broker.empty()) {
    socket.set(zmq::sockopt::curve_serverkey, keys_.broker);
    socket.set(zmq::sockopt::curve_publickey, keys_.own.open);
    socket.set(zmq::sockopt::curve_secretkey, keys_.own.secret);
  }
  return socket;
}

void LinkSockets::open_talk() {
  talk_.close();
  monitor_.close();
  talk_ = make(zmq::socket_type::dealer);
  const std::string endpoint = "inproc://talk-monitor-" + std::to_string(++monitors_made_);
  if (zmq_socket_monitor(talk_.handle(), endpoint.c_str(), kMonitored) != 0) throw zmq::error_t();
  monitor_ = zmq::socket_t(context_, zmq::socket_type::pair);
  monitor_.set(zmq::sockopt::linger, 0);
  monitor_.connect(endpoint);
  talk_.connect(server_);
}

void LinkSockets::open_feed(std::uint16_t port) {
  feed_.close();
  feed_ = make(zmq::socket_type::sub);
  feed_.set(zmq::sockopt::sndhwm, 0);  // a limit here drops subscriptions
  feed_.connect(server_.substr(0, server_.rfind(':') + 1) + std::to_string(port));
}

void LinkSockets::close() {
  talk_.close();
  monitor_.close();
  feed_.close();
}

void LinkSockets::subscribe(std::string_view topic) {
  if (feed_) feed_.set(zmq::sockopt::subscribe, topic);
}

void LinkSockets::unsubscribe(std::string_view topic) {
  if (feed_) feed_.set(zmq::sockopt::unsubscribe, topic);
}

void LinkSockets::send(std::string_view frame) {
  // A full pipe drops the frame: whatever is not answered is asked again.
  if (talk_) static_cast<void>(talk_.send(zmq::buffer(frame), zmq::send_flags::dontwait));
}

void LinkSockets::wait(Milliseconds timeout) {
  std::vector<zmq::pollitem_t> items{{nullptr, wake_descriptor_, ZMQ_POLLIN, 0}};
  for (auto* socket : {&talk_, &monitor_, &feed_}) {
    if (*socket) items.push_back({socket->handle(), 0, ZMQ_POLLIN, 0});
  }
  try {
    zmq::poll(items, timeout);
  } catch (const zmq::error_t& error) {
    if (error.num() != EINTR) throw;
  }
}

std::optional<zmq::message_t> LinkSockets::receive_talk() {
  for (auto frames = receive(talk_); !frames.empty(); frames = receive(talk_)) {
    if (frames.size() == 1) return std::move(frames.front());
  }
  return std::nullopt;
}

std::optional<LinkSockets::FeedFrame> LinkSockets::receive_feed() {
  for (auto frames = receive(feed_); !frames.empty(); frames = receive(feed_)) {
    if (frames.size() == 2) return FeedFrame{std::move(frames[0]), std::move(frames[1])};
  }
  return std::nullopt;
}

std::optional<LinkSockets::TalkChange> LinkSockets::next_change() {
  const auto frames = receive(monitor_);
  if (frames.empty()) return std::nullopt;
  const auto& frame = frames.front();
  std::uint16_t event = 0;
  std::uint32_t value = 0;
  if (frame.size() < sizeof event + sizeof value) return TalkChange::none;
  std::memcpy(&event, frame.data(), sizeof event);
  std::memcpy(&value, frame.data<char>() + sizeof event, sizeof value);
  return change_of(event, value);
}

}  // namespace palabre
