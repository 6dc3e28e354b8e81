#include "broker/transport/connection_monitor.hpp"

#include <cstring>

#include "broker/transport/socket_calls.hpp"

namespace palabre::broker {
namespace {

ConnectionEvent::Kind kind_of(std::uint16_t event) {
  if (event == ZMQ_EVENT_LISTENING) return ConnectionEvent::Kind::listens;
  return event == ZMQ_EVENT_ACCEPTED ? ConnectionEvent::Kind::came : ConnectionEvent::Kind::went;
}

}  // namespace

ConnectionMonitor::ConnectionMonitor(zmq::context_t& context, zmq::socket_t& watched, const std::string& name)
    : socket_(context, zmq::socket_type::pair) {
  const auto address = "inproc://" + name + "-monitor";
  const int events = ZMQ_EVENT_LISTENING | ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED;
  if (zmq_socket_monitor(watched.handle(), address.c_str(), events) != 0) throw zmq::error_t();
  socket_.set(zmq::sockopt::linger, 0);
  socket_.set(zmq::sockopt::rcvhwm, 0);
  socket_.connect(address);
}

std::optional<ConnectionEvent> ConnectionMonitor::next() {
  zmq::message_t event;
  while (receive_frame(socket_, event)) {
    (void)skip_rest(socket_, event);
    // Sixteen bits that name the event, and thirty-two that say more: here, the descriptor.
    std::uint16_t kind = 0;
    std::int32_t descriptor = 0;
    if (event.size() != sizeof kind + sizeof descriptor) continue;
    std::memcpy(&kind, event.data(), sizeof kind);
    std::memcpy(&descriptor, static_cast<const char*>(event.data()) + sizeof kind, sizeof descriptor);
    return ConnectionEvent{kind_of(kind), descriptor};
  }
  return std::nullopt;
}

}  // namespace palabre::broker
