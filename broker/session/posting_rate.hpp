#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "broker/session/even_spread.hpp"
#include "broker/session/spare_rate.hpp"
#include "broker/session/token_bucket.hpp"
#include "broker/threads/moment.hpp"

namespace palabre::broker {

/// How fast one identity may post: its own rate in any case, and beyond it what is left of a rate that all
/// identities share. So one who has much to say is quick while nobody else has, and many who flood together
/// get no more than one such.
///
/// Longer than what one ever has of one's own is paid with debts there only after as long as it would take to
/// earn the rest, and up to twice as long, each after another time: many who come with long requests at once
/// would otherwise all be let through at once.
class PostingRate {
 public:
  /// `per_second` 0: any number. No `spare`: the own rate is all there is.
  PostingRate(ClientNumber client, double per_second, SpareRate* spare)
      : client_(client), own_(per_second), spare_(spare) {}

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

  [[nodiscard]] bool is_full(Moment now) const { return now >= shut_until_ && own_.is_full(now); }

 private:
  using Wait = std::chrono::milliseconds;

  /// Of one's own first. But a request that is longer than what one ever has of one's own leaves debts there,
  /// and the next words of who sent it would wait for them: then what is spare is asked first.
  Wait take_from_either(double count, Moment now) {
    if (!own_.ever_holds(count)) return take_long(count, now);
    const auto wait = take_own(count, now);
    return wait == Wait::zero() ? wait : std::min(wait, take_spare(count, now));
  }

  Wait take_long(double count, Moment now) {
    auto wait = take_spare(count, now);
    if (wait > Wait::zero()) wait = std::min(wait, take_own_with_debts(count, now));
    if (wait == Wait::zero()) {
      long_refused_at_.reset();
    } else if (!long_refused_at_) {
      long_refused_at_ = now;
    }
    return wait;
  }

  Wait take_own_with_debts(double count, Moment now) {
    const auto patience = spare_ == nullptr ? Wait::zero() : spread(own_.time_to_earn(count));
    const auto left = std::chrono::ceil<Wait>(long_refused_at_.value_or(now) + patience - now);
    return left > Wait::zero() ? std::max(left, own_.wait_for(count, now)) : take_own(count, now);
  }

  /// Between once and twice as long, by the client.
  [[nodiscard]] Wait spread(Wait wait) const {
    return std::chrono::ceil<Wait>(wait * (1 + even_spread(client_.value)));
  }

  Wait take_own(double count, Moment now) {
    const auto wait = own_.wait_for(count, now);
    if (wait == Wait::zero()) own_.spend(count);
    return wait;
  }

  Wait take_spare(double count, Moment now) {
    return spare_ == nullptr ? Wait::max() : spare_->take(client_, count, now);
  }

  ClientNumber client_;
  TokenBucket own_;
  SpareRate* spare_;
  Moment shut_until_{};
  std::optional<Moment> long_refused_at_;  ///< for the first time since a long one passed
};

}  // namespace palabre::broker
