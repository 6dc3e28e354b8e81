#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>
#include <zmq.hpp>

#include "schema/ids.hpp"
#include "schema/keys.hpp"

/// libzmq calls with the three answers that matter here, EINTR retried. What else fails is our bug and is
/// thrown.
namespace palabre::broker {

enum class SendResult : unsigned char {
  sent,
  again,        ///< this peer's pipe is full
  unreachable,  ///< this peer is gone
};

/// Never waits.
[[nodiscard]] SendResult send_frame(zmq::socket_t& socket, std::string_view frame, zmq::send_flags flags);
/// Never waits; false when nothing is there.
[[nodiscard]] bool receive_frame(zmq::socket_t& socket, zmq::message_t& frame);
/// Receives and forgets what is left of a message whose last frame was `frame`; true when there was more.
bool skip_rest(zmq::socket_t& socket, const zmq::message_t& frame);
/// Waits until an item is ready or `timeout` passes.
void wait_for(std::vector<zmq::pollitem_t>& items, std::chrono::milliseconds timeout);

/// How long what was sent may still take when a socket closes.
inline constexpr int kLingerMs = 1000;

/// Options of both ports' sockets: how long a frame may be and how long a handshake may take, that libzmq
/// asks the zap thread or lets nobody in, and that a peer which fell silent is noticed.
void prepare_bound_socket(zmq::socket_t& socket, std::string_view zap_domain, std::int64_t frame_bytes_max);

/// What is sent and received is encrypted; the peer must know the public half of `secret`. Before it is
/// bound.
void encrypt_bound_socket(zmq::socket_t& socket, const CurveKey& secret);

/// Returns where it is bound in the end, with the real port.
[[nodiscard]] std::string bind_socket(zmq::socket_t& socket, const std::string& address);

}  // namespace palabre::broker
