#pragma once

#include <chrono>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <zmq.hpp>

#include "schema/codec.hpp"
#include "schema/keys.hpp"
#include "tests/support/collected.hpp"

namespace palabre::broker {

inline constexpr int kPatienceMs = 1000 * static_cast<int>(kPatience.count());

/// A client's talk socket, on the test's thread.
class Dealer {
 public:
  Dealer(zmq::context_t& context, const std::string& endpoint, const std::string& routing_id = {})
      : socket_(context, zmq::socket_type::dealer) {
    socket_.set(zmq::sockopt::linger, 0);
    if (!routing_id.empty()) socket_.set(zmq::sockopt::routing_id, routing_id);
    socket_.connect(endpoint);
  }
  /// With a key of its own.
  Dealer(zmq::context_t& context, const std::string& endpoint, const std::string& routing_id,
         const CurveKey& broker)
      : socket_(context, zmq::socket_type::dealer) {
    const auto own = make_key_pair();
    socket_.set(zmq::sockopt::linger, 0);
    socket_.set(zmq::sockopt::routing_id, routing_id);
    socket_.set(zmq::sockopt::curve_serverkey, broker);
    socket_.set(zmq::sockopt::curve_publickey, own.open);
    socket_.set(zmq::sockopt::curve_secretkey, own.secret);
    socket_.connect(endpoint);
  }

  void send(const Request& request, RequestId id) { send_frames({encode(id, request)}); }
  void send_frames(std::initializer_list<std::string> frames) {
    for (const auto& frame : frames) {
      const bool is_last = &frame == frames.end() - 1;
      socket_.send(zmq::buffer(frame), is_last ? zmq::send_flags::none : zmq::send_flags::sndmore);
    }
  }
  /// The next reply; throws when none comes.
  DecodedReply receive() {
    auto reply = receive_within(kPatience);
    if (!reply) throw std::runtime_error("no reply came");
    return std::move(*reply);
  }
  std::optional<DecodedReply> receive_within(std::chrono::milliseconds patience) {
    socket_.set(zmq::sockopt::rcvtimeo, static_cast<int>(patience.count()));
    zmq::message_t frame;
    if (!socket_.recv(frame)) return std::nullopt;
    return decode_reply(frame.to_string_view()).value();
  }
  void close() { socket_.close(); }

 private:
  zmq::socket_t socket_;
};

}  // namespace palabre::broker
