#include "tests/fuzz/targets/hostile_peer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "schema/codec.hpp"
#include "tests/fuzz/targets/target.hpp"

namespace palabre::fuzz {
namespace {

constexpr int kSettleMs = 20;
/// What libzmq says first on a connection without encryption.
std::string greeting() {
  std::string bytes(64, '\0');
  bytes[0] = '\xff';
  bytes[9] = '\x7f';
  bytes[10] = '\x03';
  bytes.replace(12, 4, "NULL");
  return bytes;
}

sockaddr_in loopback_of(const std::string& endpoint) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1))));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

void HostilePeer::act(Script& script) {
  switch (script.number(16)) {
    case 0: return connect(script);
    case 1: return dealer_.reset();
    case 2: return send(script.text());
    case 3: return send_parts(script);
    case 4: return subscribe(script);
    case 5: return subscriber_.reset();
    case 6: return send_raw(script);
    case 7: return read_replies();
    case 8:
    case 9: return ask(script);
    default: return send_request(script);
  }
}

void HostilePeer::settle() {
  if (!dealer_) return;
  read_replies();
  send(encode(RequestId{99}, request::Ping{}));
  await_reply();
}

void HostilePeer::send_request(Script& script) {
  const RequestId id{script.number(4)};
  send(encode(id, script.request()));
}

/// What follows finds the connection as the answer left it: what is sent right behind a HELLO may overtake
/// it.
void HostilePeer::ask(Script& script) {
  read_replies();
  send_request(script);
  await_reply();
}

void HostilePeer::await_reply() {
  dealer_->set(zmq::sockopt::rcvtimeo, kSettleMs);
  zmq::message_t frame;
  if (dealer_->recv(frame)) read_replies();
}

/// Under a routing id of its own choice, sometimes somebody else's.
void HostilePeer::connect(Script& script) {
  dealer_.reset();
  const auto claimed = script.number(4);
  dealer_.emplace(context_, zmq::socket_type::dealer);
  dealer_->set(zmq::sockopt::linger, 0);
  if (claimed > 0) dealer_->set(zmq::sockopt::routing_id, "claimed-" + std::to_string(claimed));
  dealer_->connect(talk_);
}

zmq::socket_t& HostilePeer::dealer() {
  Script nothing{""};
  if (!dealer_) connect(nothing);
  return *dealer_;
}

void HostilePeer::send(const std::string& frame, zmq::send_flags more) {
  // A pipe that is full drops it.
  (void)dealer().send(zmq::buffer(frame), zmq::send_flags::dontwait | more);
}

void HostilePeer::send_parts(Script& script) {
  const auto before_last = script.number(6);
  for (std::size_t i = 0; i < before_last; ++i) send(script.text(), zmq::send_flags::sndmore);
  send(script.text());
}

/// Subscriptions, and other bytes, to the feed.
void HostilePeer::subscribe(Script& script) {
  if (!subscriber_) {
    subscriber_.emplace(context_, zmq::socket_type::xsub);
    subscriber_->set(zmq::sockopt::linger, 0);
    subscriber_->connect(feed_);
  }
  (void)subscriber_->send(zmq::buffer(script.text()), zmq::send_flags::dontwait);
}

/// Bytes that are no ZMTP, or only begin like it.
void HostilePeer::send_raw(Script& script) {
  const auto address = loopback_of(script.number(2) == 0 ? talk_ : feed_);
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  demand(descriptor >= 0, "there is a socket");
  const auto bytes = (script.number(2) == 0 ? greeting() : "") + script.text();
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    (void)::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  ::close(descriptor);
}

void HostilePeer::read_replies() {
  zmq::message_t frame;
  while (dealer().recv(frame, zmq::recv_flags::dontwait)) {
    demand(!frame.more(), "a reply is one frame");
    demand(decode_reply(frame.to_string_view()).ok(), "a reply is one of the protocol");
  }
}

}  // namespace palabre::fuzz
