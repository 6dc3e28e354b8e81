#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <zmq.hpp>

#include "broker/session/admitted_keys.hpp"
#include "broker/threads/guarded.hpp"
#include "broker/threads/wake_up.hpp"
#include "broker/transport/quarantine.hpp"

namespace palabre::broker {

/// Which strangers may connect.
enum class Strangers : std::uint8_t {
  everywhere,  ///< nothing is encrypted, so nobody can be told apart
  at_talk,     ///< any key on the talk port, registered ones on the feed
  nowhere,     ///< registered keys only
};

/// The thread named zap that libzmq asks about every new connection on either port. It gives each that it
/// lets in a user id of its own, which names the key, comes with every message and cannot be chosen by a
/// peer. If this thread fails, the process ends: without it, a port with encryption would let
/// everybody in.
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
  [[nodiscard]] std::string_view status_of(std::string_view domain, const CurveKey& key) const;
  [[nodiscard]] bool is_in_quarantine(const std::string& address) const;

  const Strangers strangers_;
  const AdmittedKeys& keys_;
  const Guarded<Quarantine>* const quarantine_;  ///< where nullptr, nobody is
  const CurveKey own_;                           ///< the broker's own subscriber's
  zmq::socket_t socket_;
  WakeUp stop_;
  std::uint64_t connections_ = 0;
  std::jthread thread_;
};

/// The key that a user id of a Zap names; empty: none.
[[nodiscard]] CurveKey key_of(std::string_view user_id);

}  // namespace palabre::broker
