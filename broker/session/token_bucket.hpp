#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "broker/threads/moment.hpp"

namespace palabre::broker {

/// Lets so many things pass in a second, and what was not used of some seconds, two by default, at once.
/// Pure.
class TokenBucket {
 public:
  /// 0 per second: everything passes.
  explicit TokenBucket(double per_second, double seconds = 2)
      : per_second_(per_second), full_(seconds * per_second), level_(full_) {}

  /// Nothing when `count` things may pass, which are counted then; else after how long they may. More than it
  /// ever holds pass when it is full. Until then nothing passes: who sends in order could otherwise spend
  /// what the first waits for on what comes behind it, and is refused for that.
  [[nodiscard]] std::optional<std::chrono::milliseconds> take(double count, Moment now) {
    const auto wait = wait_for(count, now);
    if (wait == wait.zero() && now >= shut_until_) {
      spend(count);
      return std::nullopt;
    }
    shut_until_ = std::max(shut_until_, now + wait);
    return std::chrono::ceil<std::chrono::milliseconds>(shut_until_ - now);
  }

  /// After how long `count` things may pass, whoever else waits.
  [[nodiscard]] std::chrono::milliseconds wait_for(double count, Moment now) {
    if (per_second_ <= 0) return {};
    const std::chrono::duration<double> passed = now - filled_;
    level_ = std::min(full_, level_ + passed.count() * per_second_);
    filled_ = now;
    const std::chrono::duration<double> missing((std::min(count, full_) - level_) / per_second_);
    return std::max({}, std::chrono::ceil<std::chrono::milliseconds>(missing));
  }
  [[nodiscard]] bool is_full(Moment now) const {
    const std::chrono::duration<double> passed = now - filled_;
    return level_ + passed.count() * per_second_ >= full_;
  }
  [[nodiscard]] bool ever_holds(double count) const { return per_second_ <= 0 || count <= full_; }
  /// How long it takes to come to `count` things from a full bucket on, if it could hold more than it does.
  [[nodiscard]] std::chrono::milliseconds time_to_earn(double count) const {
    const std::chrono::duration<double> time(std::max(0.0, count - full_) / per_second_);
    return per_second_ <= 0 ? std::chrono::milliseconds{}
                            : std::chrono::ceil<std::chrono::milliseconds>(time);
  }
  /// They pass. Requires that wait_for was asked at this moment.
  void spend(double count) { level_ -= count; }
  /// They pass, whether they may or not; who comes next waits for them.
  void charge(double count, Moment now) {
    (void)wait_for(count, now);
    spend(count);
  }

 private:
  double per_second_;
  double full_;
  double level_;
  Moment filled_{};
  Moment shut_until_{};
};

}  // namespace palabre::broker
