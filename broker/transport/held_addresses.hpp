#pragma once

#include <chrono>
#include <map>
#include <optional>

#include "broker/threads/guarded.hpp"
#include "broker/threads/moment.hpp"
#include "broker/transport/listen_filter.hpp"
#include "broker/transport/quarantine.hpp"

namespace palabre::broker {

/// Carries out what Quarantine decides: the kernel drops what those held send to our ports, from the moment
/// of the offence until they are let in again. Lives on the guard's thread; quarantine() is for others, too.
class HeldAddresses {
 public:
  void listens(int listening_descriptor) { filter_.add(listening_descriptor); }

  void offended(const PeerAddress& address, Moment now);
  void came_in_vain(const PeerAddress& address, Moment now);
  void crowded(const PeerAddress& address, Moment now);
  /// Whether an address is held for an offence, even if the kernel let a connection pass that it had begun
  /// before.
  [[nodiscard]] bool holds(const PeerAddress& address, Moment now) const;
  [[nodiscard]] const Guarded<Quarantine>& quarantine() const { return quarantine_; }

  /// Tells the kernel what has changed, if it is time to.
  void tell_kernel(Moment now);
  /// When that is to be called next, whatever happens; nothing while nobody is held.
  [[nodiscard]] std::optional<Moment> due_at() const;

 private:
  using Deed = void (Quarantine::*)(const PeerAddress&, Moment);

  void note(Deed deed, const PeerAddress& address, Moment now);
  void hold(const PeerAddress& address, const Quarantine& quarantine, Moment now);

  Guarded<Quarantine> quarantine_;
  ListenFilter filter_;
  std::map<PeerAddress, Moment> held_;  ///< until when; the kernel knows them, or will at next_telling_
  Moment told_{};
  Moment next_telling_ = Moment::max();
};

}  // namespace palabre::broker
