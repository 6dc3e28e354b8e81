#pragma once

#include <algorithm>
#include <chrono>
#include <utility>

#include "broker/session/token_bucket.hpp"
#include "broker/threads/guarded.hpp"
#include "schema/ids.hpp"

namespace palabre::broker {

/// What all identities together may post beyond their own rates. All of it while one of them does, so that a
/// script is quick that is alone; a third when several do, for who posts alone does not disturb others as a
/// flood does.
class SpareRate {
 public:
  using Moment = TokenBucket::Moment;
  using Wait = std::chrono::milliseconds;
  static constexpr double kPriceWhenShared = 3;
  /// Who asked for some is one of several for so long.
  static constexpr auto kSharesFor = std::chrono::seconds(1);

  /// So many messages a second, and at once what was not used of some seconds.
  SpareRate(double per_second, double seconds) : state_(State{TokenBucket(per_second, seconds)}) {}

  /// After how long `count` messages of `client` may pass; when that is at once, they are counted. As long as
  /// anything is left a request may pass and leave debts: who posts single texts, and so finds one left at
  /// any time, would otherwise never let it grow to what a long request needs.
  [[nodiscard]] Wait take(ClientNumber client, double count, Moment now) {
    return state_.with([&](State& state) {
      state.note(client, now);
      if (!state.bucket.ever_holds(count)) return Wait::max();
      const auto wait = state.bucket.wait_for(1, now);
      if (wait == Wait::zero())
        state.bucket.spend(now < state.shared_until ? kPriceWhenShared * count : count);
      return wait;
    });
  }

 private:
  struct State {
    TokenBucket bucket;
    ClientNumber last{};
    Moment asked_at{};
    Moment shared_until{};

    void note(ClientNumber client, Moment now) {
      if (last && client != last && now < asked_at + kSharesFor) shared_until = now + kSharesFor;
      last = client;
      asked_at = now;
    }
  };

  Guarded<State> state_;
};

}  // namespace palabre::broker
