#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>

#include "broker/session/token_bucket.hpp"
#include "broker/threads/guarded.hpp"
#include "broker/threads/moment.hpp"
#include "schema/ids.hpp"

namespace palabre::broker {

/// What all identities together may post beyond their own rates: all of it while one of them does, so that a
/// script is quick that is alone; half when two do, and so on down to a sixth, for one is nobody's harm and a
/// crowd of them is a flood.
class SpareRate {
 public:
  using Wait = std::chrono::milliseconds;
  static constexpr std::size_t kPriceMax = 6;
  /// Who asked for some counts for so long.
  static constexpr auto kCountsFor = std::chrono::seconds(1);

  /// So many messages a second, and at once what was not used of some seconds.
  SpareRate(double per_second, double seconds) : state_(State{TokenBucket(per_second, seconds)}) {}

  /// After how long `count` messages of `client` may pass; when that is at once, they are counted. As long as
  /// anything is left a request may pass and leave debts: who posts single texts, and so finds one left at
  /// any time, would otherwise never let it grow to what a long request needs.
  [[nodiscard]] Wait take(ClientNumber client, double count, Moment now) {
    return state_.with([&](State& state) {
      const auto price = state.price_with(client, now);
      if (!state.bucket.ever_holds(count)) return Wait::max();
      const auto wait = state.bucket.wait_for(1, now);
      if (wait == Wait::zero()) state.bucket.spend(static_cast<double>(price) * count);
      return wait;
    });
  }

 private:
  struct Asker {
    ClientNumber client{};
    Moment counts_until{};
  };
  struct State {
    TokenBucket bucket;
    std::array<Asker, kPriceMax> newest{};

    /// As many as asked lately, this one among them.
    std::size_t price_with(ClientNumber client, Moment now) {
      auto* place = std::ranges::find(newest, client, &Asker::client);
      if (place == newest.end()) place = std::ranges::min_element(newest, {}, &Asker::counts_until);
      *place = {client, now + kCountsFor};
      return static_cast<std::size_t>(
          std::ranges::count_if(newest, [now](const auto& asker) { return now < asker.counts_until; }));
    }
  };

  Guarded<State> state_;
};

}  // namespace palabre::broker
