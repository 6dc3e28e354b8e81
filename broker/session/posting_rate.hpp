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
///
/// Who has to wait has paid: what is refused takes its place in the line, and passes when it comes again. So
/// long requests wait no longer than their length and others' debts, however many single words come between,
/// and of sixteen that come at once one passes after the other.
class PostingRate {
 public:
  using Moment = TokenBucket::Moment;
  using Spare = Guarded<TokenBucket>;
  /// Who does not come back for what was paid gets nothing for it after so long.
  static constexpr auto kComesBackWithin = std::chrono::seconds(1);

  /// `per_second` 0: any number. No `spare`: the own rate is all there is.
  PostingRate(double per_second, Spare* spare) : own_(per_second), spare_(spare) {}

  /// Nothing when `count` messages may pass; else after how long they may. Until then nothing passes, as in
  /// TokenBucket::take.
  [[nodiscard]] std::optional<std::chrono::milliseconds> take(double count, Moment now) {
    if (now >= shut_until_) {
      const auto wait = pay(count - take_paid(count, now), now);
      if (wait == Wait::zero()) return std::nullopt;
      shut_until_ = now + wait;
      paid_ = count;
    }
    return std::chrono::ceil<Wait>(shut_until_ - now);
  }

  [[nodiscard]] bool is_full(Moment now) const { return now >= shut_until_ && own_.is_full(now); }

 private:
  using Wait = std::chrono::milliseconds;

  /// What was paid of it when it was refused.
  double take_paid(double count, Moment now) {
    if (now > shut_until_ + kComesBackWithin) paid_ = 0;
    const auto used = std::min(count, paid_);
    paid_ -= used;
    return used;
  }

  /// From where it may pass sooner, and of one's own first. After how long it may.
  Wait pay(double count, Moment now) {
    if (count <= 0) return Wait::zero();
    const auto own = own_.wait_to_pay(count, now);
    const auto spare = own == Wait::zero() ? std::nullopt : pay_from_spare(count, now, own);
    if (!spare) own_.spend(count);
    return spare.value_or(own);
  }

  /// Nothing when it would take longer than `most`.
  std::optional<Wait> pay_from_spare(double count, Moment now, Wait most) {
    if (spare_ == nullptr) return std::nullopt;
    return spare_->with([&](TokenBucket& spare) -> std::optional<Wait> {
      const auto wait = spare.wait_to_pay(count, now);
      if (wait > most) return std::nullopt;
      spare.spend(count);
      return wait;
    });
  }

  TokenBucket own_;
  Spare* spare_;
  double paid_ = 0;  ///< for what was refused last
  Moment shut_until_{};
};

}  // namespace palabre::broker
