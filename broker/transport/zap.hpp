#pragma once

#include <cstdint>
#include <string>
#include <thread>
#include <zmq.hpp>

#include "broker/threads/wake_up.hpp"

namespace palabre::broker {

/// The thread named zap that libzmq asks about every new connection on either port. In open mode it lets
/// everybody in and gives each connection a user id of its own, which comes with every message and which no
/// peer can choose. If this thread fails, the process ends: without it, a port with encryption would let
/// everybody in.
class Zap {
 public:
  /// Binds the handler. Must be made before any other socket of `context` is bound.
  explicit Zap(zmq::context_t& context);
  ~Zap();
  Zap(const Zap&) = delete;
  Zap& operator=(const Zap&) = delete;

 private:
  void run();
  void answer();
  [[nodiscard]] std::string next_user_id();

  zmq::socket_t socket_;
  WakeUp stop_;
  std::uint64_t connections_ = 0;
  std::jthread thread_;
};

}  // namespace palabre::broker
