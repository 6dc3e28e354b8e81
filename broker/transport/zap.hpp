#pragma once

#include <chrono>
#include <deque>
#include <string>
#include <thread>
#include <vector>
#include <zmq.hpp>

#include "broker/threads/moment.hpp"
#include "broker/threads/wake_up.hpp"
#include "broker/transport/doorkeeper.hpp"

namespace palabre::broker {

/// The thread named zap that libzmq asks about every new connection on either port; a Doorkeeper knows the
/// answers. If this thread fails, the process ends: without its answers libzmq lets nobody in.
class Zap {
 public:
  /// Binds the handler. Must be made before any other socket of `context` is bound.
  Zap(zmq::context_t& context, Strangers strangers, const AdmittedKeys& keys, CurveKey own,
      const Guarded<Quarantine>* quarantine = nullptr);
  ~Zap();
  Zap(const Zap&) = delete;
  Zap& operator=(const Zap&) = delete;

 private:
  struct Question {
    Moment due;
    std::vector<std::string> envelope;  ///< who asked, to be put before the answer
    std::vector<std::string> frames;
  };

  void run();
  [[nodiscard]] std::chrono::milliseconds patience() const;
  void hear();
  void answer_what_is_due();
  void answer(Question question);

  const std::chrono::milliseconds wait_;  ///< from question to answer
  Doorkeeper doorkeeper_;
  zmq::socket_t socket_;
  std::deque<Question> waiting_;  ///< in the order they came, which is that in which they are due
  WakeUp stop_;
  std::jthread thread_;
};

}  // namespace palabre::broker
