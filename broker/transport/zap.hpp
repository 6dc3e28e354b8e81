#pragma once

#include <thread>
#include <zmq.hpp>

#include "broker/threads/wake_up.hpp"
#include "broker/transport/doorkeeper.hpp"

namespace palabre::broker {

/// The thread named zap that libzmq asks about every new connection on either port; a Doorkeeper knows the
/// answers. If this thread fails, the process ends: without it, a port with encryption would let everybody
/// in.
class Zap {
 public:
  /// Binds the handler. Must be made before any other socket of `context` is bound.
  Zap(zmq::context_t& context, Strangers strangers, const AdmittedKeys& keys, CurveKey own,
      const Guarded<Quarantine>* quarantine = nullptr);
  ~Zap();
  Zap(const Zap&) = delete;
  Zap& operator=(const Zap&) = delete;

 private:
  void run();
  void answer();

  Doorkeeper doorkeeper_;
  zmq::socket_t socket_;
  WakeUp stop_;
  std::jthread thread_;
};

}  // namespace palabre::broker
