#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "broker/session/token_bucket.hpp"
#include "broker/threads/guarded.hpp"

namespace palabre::broker {

/// How fast one identity may post: its own rate in any case, and beyond it what is left of a rate that all
/// identities share. So one who has much to say is quick while nobody else has, and many who flood together
/// get no more than one such.
class PostingRate {
 public:
  using Moment = TokenBucket::Moment;
  using Spare = Guarded<TokenBucket>;

  /// `per_second` 0: any number. No `spare`: the own rate is all there is.
  PostingRate(double per_second, Spare* spare) : own_(per_second), spare_(spare) {}

  /// Nothing when `count` messages may pass, which are counted then; else after how long they may. Until then
  /// nothing passes, as in TokenBucket::take.
  [[nodiscard]] std::optional<std::chrono::milliseconds> take(double count, Moment now) {
    if (now >= shut_until_) {
      const auto wait = take_from_either(count, now);
      if (wait == wait.zero()) return std::nullopt;
      shut_until_ = now + wait;
    }
    return std::chrono::ceil<std::chrono::milliseconds>(shut_until_ - now);
  }

 private:
  /// A request that is longer than what one may have of one's own leaves debts there, and the next words of
  /// who sent it would wait for them: so it takes what is spare, if there is enough.
  std::chrono::milliseconds take_from_either(double count, Moment now) {
    const bool is_long = !own_.ever_holds(count);
    auto wait = std::chrono::milliseconds::max();
    if (!is_long) wait = take_from(own_, count, now);
    if (wait > wait.zero() && spare_ != nullptr) {
      wait = std::min(wait, spare_->with([&](auto& spare) { return take_from(spare, count, now); }));
    }
    if (wait > wait.zero() && is_long) wait = std::min(wait, take_from(own_, count, now));
    return wait;
  }
  static std::chrono::milliseconds take_from(TokenBucket& bucket, double count, Moment now) {
    const auto wait = bucket.wait_for(count, now);
    if (wait == wait.zero()) bucket.spend(count);
    return wait;
  }

  TokenBucket own_;
  Spare* spare_;
  Moment shut_until_{};
};

}  // namespace palabre::broker
