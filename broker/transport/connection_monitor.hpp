#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <zmq.hpp>

namespace palabre::broker {

/// A TCP connection came to a bound socket, or went; or the socket itself listens. The descriptor is
/// libzmq's: a connection's may be closed, and given to another one, before anybody reads this.
struct ConnectionEvent {
  enum class Kind : std::uint8_t { listens, came, went };
  Kind kind;
  int descriptor;
};

/// Hears of every connection that one bound socket accepts, and of its end. A socket has one monitor only.
/// Made before the socket binds, and not closed before the socket is: libzmq would wait for a reader. Read by
/// one thread.
class ConnectionMonitor {
 public:
  /// `name` tells this monitor from others of `context`.
  ConnectionMonitor(zmq::context_t& context, zmq::socket_t& watched, const std::string& name);

  /// The next event, if there is one. Never waits.
  [[nodiscard]] std::optional<ConnectionEvent> next();
  /// To wait for events with.
  [[nodiscard]] void* handle() { return socket_.handle(); }

 private:
  zmq::socket_t socket_;
};

}  // namespace palabre::broker
