#pragma once

#include <cstddef>
#include <map>
#include <unordered_set>

#include "broker/transport/tcp_connection.hpp"

namespace palabre::broker {

/// Which talk connections may still be strangers', by address: those on which nobody was welcomed yet. An
/// honest one is that for some tens of milliseconds; who makes many costs the broker handshakes and memory,
/// and gives nothing for it. Pure: who was welcomed it asks when it matters.
class Newcomers {
 public:
  /// Counts a connection. Whether no more than `most` from there are strangers' with it; `is_welcomed` says
  /// of a descriptor that it is none.
  template <class IsWelcomed>
  [[nodiscard]] bool came(const PeerAddress& address, int descriptor, std::size_t most,
                          const IsWelcomed& is_welcomed) {
    auto& from_there = descriptors_[address];
    from_there.insert(descriptor);
    if (from_there.size() > most) std::erase_if(from_there, is_welcomed);
    return from_there.size() <= most;
  }
  void went(const PeerAddress& address, int descriptor) {
    const auto from_there = descriptors_.find(address);
    if (from_there == descriptors_.end()) return;
    from_there->second.erase(descriptor);
    if (from_there->second.empty()) descriptors_.erase(from_there);
  }
  [[nodiscard]] std::size_t addresses() const { return descriptors_.size(); }

 private:
  std::map<PeerAddress, std::unordered_set<int>> descriptors_;
};

}  // namespace palabre::broker
