#include "tests/bench/load/forwarder.hpp"

namespace palabre::bench {

void forward_plain(ForwarderSockets& sockets) {
  zmq::message_t from;
  zmq::message_t frame;
  zmq::pollitem_t item{sockets.router.handle(), 0, ZMQ_POLLIN, 0};
  while (true) {
    zmq::poll(&item, 1, std::chrono::milliseconds(-1));
    for (int i = 0; i < kReceivedAtOnce && receive(sockets.router, from, frame); ++i) {
      sockets.pub.send(frame, zmq::send_flags::dontwait);
    }
  }
}

}  // namespace palabre::bench
