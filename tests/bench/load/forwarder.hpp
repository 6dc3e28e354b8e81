#pragma once

#include <cstdint>
#include <string>
#include <zmq.hpp>

/// The yardstick for everything a broker does besides forwarding: takes frames at a ROUTER and gives them out
/// at a PUB socket. Keeps nothing, decodes nothing, checks nobody.
namespace palabre::bench {

struct ForwarderSockets {
  zmq::context_t context;
  zmq::socket_t router;
  zmq::socket_t pub;

  /// Binds both to free loopback ports, with the options that palabred gives its sockets.
  ForwarderSockets();
};

/// What is received at once before it is handed on.
inline constexpr int kReceivedAtOnce = 256;

/// The next frame behind the routing id, which goes to `from`; false when none waits.
[[nodiscard]] bool receive(zmq::socket_t& router, zmq::message_t& from, zmq::message_t& frame);

/// One message, one frame, one thread.
[[noreturn]] void forward_plain(ForwarderSockets& sockets);

/// A thread per client, handed over in groups; what waits is packed into one frame.
[[noreturn]] void forward_packed(ForwarderSockets& sockets);

}  // namespace palabre::bench
