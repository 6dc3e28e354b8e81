#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "broker/session/admitted_keys.hpp"
#include "broker/threads/guarded.hpp"
#include "broker/transport/quarantine.hpp"

namespace palabre::broker {

/// Which strangers may connect.
enum class Strangers : std::uint8_t {
  everywhere,  ///< nothing is encrypted, so nobody can be told apart
  at_talk,     ///< any key on the talk port, registered ones on the feed
  nowhere,     ///< registered keys only
};

/// Decides who may connect: to libzmq's question about a connection it has the answer (ZeroMQ RFC 27).
/// Whoever is let in gets a user id of his own, which names the key, comes with every message and cannot be
/// chosen by a peer. Knows no socket; lives on the thread named zap.
class Doorkeeper {
 public:
  Doorkeeper(Strangers strangers, const AdmittedKeys& keys, CurveKey own,
             const Guarded<Quarantine>* quarantine);

  /// Version, the question's id, status, its text, user id, metadata.
  using Answer = std::array<std::string, 6>;
  /// To a question of any frames: version, its id, domain, address, routing id, mechanism, credentials …
  [[nodiscard]] Answer answer(std::vector<std::string> question);

 private:
  [[nodiscard]] std::string_view status_of(std::string_view domain, const CurveKey& key) const;
  [[nodiscard]] bool is_in_quarantine(const std::string& address) const;

  Strangers strangers_;
  const AdmittedKeys& keys_;
  CurveKey own_;                           ///< the broker's own subscriber's
  const Guarded<Quarantine>* quarantine_;  ///< where nullptr, nobody is
  std::uint64_t connections_ = 0;
};

/// The key that a user id of a Doorkeeper names; empty: none.
[[nodiscard]] CurveKey key_of(std::string_view user_id);

}  // namespace palabre::broker
