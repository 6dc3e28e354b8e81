#include "tests/fuzz/targets/hostile_peer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "schema/codec.hpp"
#include "tests/fuzz/targets/target.hpp"

namespace palabre::fuzz {
namespace {

constexpr int kPatienceMs = 20;
// A handshake takes three round trips and the zap thread's 10 ms.
constexpr int kEncryptedPatienceMs = 50;
constexpr RequestId kLastRequest{99};

/// What libzmq says first on a connection.
std::string greeting(std::string_view mechanism) {
  std::string bytes(64, '\0');
  bytes[0] = '\xff';
  bytes[9] = '\x7f';
  bytes[10] = '\x03';
  bytes.replace(12, mechanism.size(), mechanism);
  return bytes;
}

sockaddr_in address_of(const std::string& host, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  demand(::inet_pton(AF_INET, host.c_str(), &address.sin_addr) == 1, "an address is one");
  return address;
}

int port_of(const std::string& endpoint) { return std::stoi(endpoint.substr(endpoint.rfind(':') + 1)); }

bool is_connected(int descriptor, const sockaddr_in& from, const sockaddr_in& to) {
  return ::bind(descriptor, reinterpret_cast<const sockaddr*>(&from), sizeof from) == 0 &&
         ::connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
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

void HostilePeer::ask_for_last_answer() {
  if (!dealer_) return;
  read_replies();
  send(encode(kLastRequest, request::Ping{}));
}

void HostilePeer::await_last_answer() {
  if (dealer_) await_reply(kLastRequest);
}

void HostilePeer::require_silence() {
  if (dealer_ && !is_let_in_) read_replies();
  zmq::message_t frame;
  demand(!subscriber_ || is_let_in_at_feed_ || !subscriber_->recv(frame, zmq::recv_flags::dontwait),
         "who was not let in hears nothing of the feed");
}

void HostilePeer::send_request(Script& script) {
  last_asked_ = RequestId{script.number(4)};
  send(encode(last_asked_, script.request()));
}

/// What follows finds the connection as the answer left it: what is sent right behind a HELLO may overtake
/// it.
void HostilePeer::ask(Script& script) {
  read_replies();
  send_request(script);
  await_reply(last_asked_);
}

void HostilePeer::await_reply(RequestId last) {
  if (!is_heard_) return;
  zmq::message_t frame;
  do {
    is_heard_ = dealer_->recv(frame).has_value();
  } while (is_heard_ && check(frame) != last);
}

/// Sometimes under a routing id of its own choice, which may be somebody else's.
void HostilePeer::connect(Script& script) {
  dealer_.reset();
  const auto claimed = script.number(16);
  dealer_.emplace(context_, zmq::socket_type::dealer);
  dealer_->set(zmq::sockopt::linger, 0);
  dealer_->set(zmq::sockopt::rcvtimeo, ports_.key.empty() ? kPatienceMs : kEncryptedPatienceMs);
  if (claimed >= 12) dealer_->set(zmq::sockopt::routing_id, "claimed-" + std::to_string(claimed));
  is_heard_ = is_let_in_ = take_keys(*dealer_, script, false);
  dealer_->connect(from_here(ports_.talk));
}

/// Whether the broker may let in who has them.
bool HostilePeer::take_keys(zmq::socket_t& socket, Script& script, bool at_feed) const {
  if (ports_.key.empty()) return true;
  const auto choice = script.number(8);
  const auto& own = keys_.peers[(number_ + choice) % keys_.peers.size()];
  if (choice == 7) return false;
  if (choice == 6) return encrypt(socket, keys_.other_broker.open, own), false;
  if (choice == 5 && at_feed) return encrypt(socket, ports_.key, keys_.outsider), false;
  encrypt(socket, ports_.key, own);
  return true;
}

std::string HostilePeer::from_here(const std::string& endpoint) const {
  constexpr std::string_view kTransport = "tcp://";
  return std::string(kTransport) + address_ + ":0;" + endpoint.substr(kTransport.size());
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
    is_let_in_at_feed_ = take_keys(*subscriber_, script, true);
    subscriber_->connect(from_here(ports_.feed));
  }
  (void)subscriber_->send(zmq::buffer(script.text()), zmq::send_flags::dontwait);
}

/// Bytes that are no ZMTP, or only begin like it.
void HostilePeer::send_raw(Script& script) {
  const auto port = port_of(script.number(2) == 0 ? ports_.talk : ports_.feed);
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  demand(descriptor >= 0, "there is a socket");
  const auto bytes =
      (script.number(2) == 0 ? greeting(ports_.key.empty() ? "NULL" : "CURVE") : "") + script.text();
  if (is_connected(descriptor, address_of(address_, 0), address_of("127.0.0.1", port)))
    (void)::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  ::close(descriptor);
}

void HostilePeer::read_replies() {
  zmq::message_t frame;
  while (dealer().recv(frame, zmq::recv_flags::dontwait)) check(frame);
}

/// Which request it answers.
RequestId HostilePeer::check(const zmq::message_t& reply) {
  demand(is_let_in_, "who was not let in gets no answer");
  demand(!reply.more(), "a reply is one frame");
  const auto decoded = decode_reply(reply.to_string_view());
  demand(decoded.ok(), "a reply is one of the protocol");
  return decoded->id;
}

}  // namespace palabre::fuzz
