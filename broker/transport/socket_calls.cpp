#include "broker/transport/socket_calls.hpp"

#include <cerrno>

namespace palabre::broker {
namespace {

// Ask a silent peer's kernel after 30 s, three times at 10 s; give up sending to it after 20 s.
constexpr int kKeepAliveIdleSeconds = 30;
constexpr int kKeepAliveIntervalSeconds = 10;
constexpr int kKeepAliveCount = 3;
constexpr int kTcpMaxRetransmitMs = 20'000;
constexpr int kHandshakeMs = 5'000;
constexpr int kBacklog = 1024;

// ZMQ_ZAP_ENFORCE_DOMAIN: in the library, but its header shows it only to builds with the draft interface.
constexpr int kZapEnforceDomain = 93;

SendResult send_message(zmq::socket_t& socket, zmq::message_t& message, zmq::send_flags flags) {
  while (true) {
    try {
      const auto sent = socket.send(message, flags | zmq::send_flags::dontwait);
      return sent ? SendResult::sent : SendResult::again;
    } catch (const zmq::error_t& error) {
      if (error.num() == EINTR) continue;
      if (error.num() == EHOSTUNREACH) return SendResult::unreachable;
      throw;
    }
  }
}

}  // namespace

SendResult send_frame(zmq::socket_t& socket, std::string_view frame, zmq::send_flags flags) {
  zmq::message_t message(frame);
  return send_message(socket, message, flags);
}

bool receive_frame(zmq::socket_t& socket, zmq::message_t& frame) {
  while (true) {
    try {
      return socket.recv(frame, zmq::recv_flags::dontwait).has_value();
    } catch (const zmq::error_t& error) {
      if (error.num() != EINTR) throw;
    }
  }
}

bool skip_rest(zmq::socket_t& socket, const zmq::message_t& frame) {
  if (!frame.more()) return false;
  zmq::message_t rest;
  while (receive_frame(socket, rest) && rest.more()) {
  }
  return true;
}

void wait_for(std::vector<zmq::pollitem_t>& items, std::chrono::milliseconds timeout) {
  try {
    zmq::poll(items, timeout);
  } catch (const zmq::error_t& error) {
    if (error.num() != EINTR) throw;
  }
}

std::string bind_socket(zmq::socket_t& socket, const std::string& address) {
  // Only where it is asked for: with it, an IPv4 address would be shown as ::ffff:127.0.0.1.
  socket.set(zmq::sockopt::ipv6, address.find('[') != std::string::npos ? 1 : 0);
  socket.bind(address);
  return socket.get(zmq::sockopt::last_endpoint);
}

void encrypt_bound_socket(zmq::socket_t& socket, const CurveKey& secret) {
  socket.set(zmq::sockopt::curve_server, true);
  socket.set(zmq::sockopt::curve_secretkey, secret);
}

void prepare_bound_socket(zmq::socket_t& socket, std::string_view zap_domain, std::int64_t frame_bytes_max) {
  // A finite receive limit lets one peer abort the process: libzmq #3937, #4364, #4767. Frames are bounded
  // instead.
  socket.set(zmq::sockopt::rcvhwm, 0);
  socket.set(zmq::sockopt::maxmsgsize, frame_bytes_max);
  socket.set(zmq::sockopt::linger, 0);
  socket.set(zmq::sockopt::backlog, kBacklog);
  socket.set(zmq::sockopt::handshake_ivl, kHandshakeMs);
  socket.set(zmq::sockopt::tcp_keepalive, 1);
  socket.set(zmq::sockopt::tcp_keepalive_idle, kKeepAliveIdleSeconds);
  socket.set(zmq::sockopt::tcp_keepalive_intvl, kKeepAliveIntervalSeconds);
  socket.set(zmq::sockopt::tcp_keepalive_cnt, kKeepAliveCount);
  socket.set(zmq::sockopt::tcp_maxrt, kTcpMaxRetransmitMs);
  socket.set(zmq::sockopt::zap_domain, std::string(zap_domain));
  const int enforce = 1;
  if (zmq_setsockopt(socket.handle(), kZapEnforceDomain, &enforce, sizeof enforce) != 0) throw zmq::error_t();
}

}  // namespace palabre::broker
