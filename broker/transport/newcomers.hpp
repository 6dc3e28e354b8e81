#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "broker/threads/moment.hpp"
#include "broker/transport/tcp_connection.hpp"

namespace palabre::broker {

/// Which talk connections may still be strangers', by address: those on which nobody was welcomed yet. An
/// honest one is that for some round trips; who makes many costs the broker handshakes and memory, and gives
/// nothing for it. Pure: it is told the time, and who was welcomed it asks when it matters.
class Newcomers {
 public:
  /// A stranger for so long makes room for others. A handshake may take as long.
  static constexpr auto kStaleAfter = std::chrono::seconds(10);

  /// So many times what makes a crowd may come at once: an honest crowd that comes back together is not
  /// ended.
  static constexpr std::size_t kOverfull = 4;

  enum class Crowd : std::uint8_t {
    none,
    /// As many as may be there are there: others shall wait before they come.
    full,
    /// Of those who came before the others heard of it this one is one too many.
    overfull,
  };
  struct Answer {
    Crowd crowd = Crowd::none;
    /// A descriptor whose connection has been a stranger's for too long to keep out who comes.
    std::optional<int> stale = std::nullopt;
  };

  /// Counts a connection. As a crowd count more than `most` strangers from there; `is_welcomed` says of a
  /// descriptor that it is none's.
  template <class IsWelcomed>
  [[nodiscard]] Answer came(const PeerAddress& address, int descriptor, Moment now, std::size_t most,
                            const IsWelcomed& is_welcomed) {
    auto& from_there = came_at_[address];
    from_there.insert_or_assign(descriptor, now);
    if (from_there.size() <= most) return {};
    std::erase_if(from_there, [&](const auto& entry) { return is_welcomed(entry.first); });
    if (from_there.size() <= most) return {};
    const auto oldest = std::ranges::min_element(from_there, {}, &std::pair<const int, Moment>::second);
    if (now >= oldest->second + kStaleAfter) {
      const int stale = oldest->first;
      from_there.erase(oldest);
      return {Crowd::none, stale};
    }
    return {from_there.size() > kOverfull * most ? Crowd::overfull : Crowd::full};
  }
  void went(const PeerAddress& address, int descriptor) {
    const auto from_there = came_at_.find(address);
    if (from_there == came_at_.end()) return;
    from_there->second.erase(descriptor);
    if (from_there->second.empty()) came_at_.erase(from_there);
  }
  [[nodiscard]] std::size_t addresses() const { return came_at_.size(); }

 private:
  std::map<PeerAddress, std::unordered_map<int, Moment>> came_at_;  ///< by descriptor
};

}  // namespace palabre::broker
