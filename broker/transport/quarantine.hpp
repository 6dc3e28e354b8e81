#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>

#include "broker/threads/moment.hpp"
#include "broker/transport/leaky_bucket.hpp"
#include "broker/transport/tcp_connection.hpp"

namespace palabre::broker {

/// Which addresses may not connect for a while, because of what their connections did: whoever is cut off
/// and comes back at once would otherwise do the same harm again, as often as he likes. Connections that are
/// open stay. Pure: it is told the time.
class Quarantine {
 public:
  /// The first one at most, and any at most. Each ends at some time in its second half, so that those who
  /// offended together do not come back together.
  static constexpr auto kFirst = std::chrono::seconds(2);
  static constexpr auto kLongest = std::chrono::seconds(64);
  static constexpr auto kWhileCrowded = std::chrono::seconds(1);
  /// After so long without an offence the next one is a first one.
  static constexpr auto kForgottenAfter = std::chrono::minutes(10);
  /// Connections in vain that may come at once, and for ever: a client with a wrong key tries every second.
  static constexpr LeakyBucket::Size kInVain{64, 2};
  static constexpr std::size_t kAddressesMax = 65'536;

  /// A connection from there had to be ended: no other for a second or two, and for twice as long each time.
  /// Of those that were there together only the first counts.
  void offended(const PeerAddress& address, Moment now);
  /// A connection from there went, and the broker could take nothing from it. Too many are an offence.
  void came_in_vain(const PeerAddress& address, Moment now);
  /// As many as may be there are there: the next one would be ended, so none shall come for a second. No
  /// offence, and those who came before that was heard are not held.
  void crowded(const PeerAddress& address, Moment now);
  /// Whether it offended and may have no new connection for that.
  [[nodiscard]] bool holds(const PeerAddress& address, Moment now) const;
  /// Until when none shall come from there, for an offence or a crowd; long ago when there was neither.
  [[nodiscard]] Moment held_until(const PeerAddress& address) const;

 private:
  struct Record {
    Moment until{};
    Moment crowded_until{};
    std::chrono::seconds length{0};
    LeakyBucket in_vain{kInVain};
    Moment noted{};
  };

  Record& record_of(const PeerAddress& address, Moment now);
  void offended(Record& record, Moment now);

  std::map<PeerAddress, Record> records_;
  std::uint64_t begun_ = 0;  ///< quarantines; the number of one tells where in its second half it ends
};

}  // namespace palabre::broker
