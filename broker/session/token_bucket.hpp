#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace palabre::broker {

/// Lets so many things pass in a second, and what was not used of two seconds at once. Pure.
class TokenBucket {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  /// 0 per second: everything passes.
  explicit TokenBucket(double per_second) : per_second_(per_second), level_(kSeconds * per_second) {}

  /// Nothing when `count` things may pass, which are counted then; else after how long they may. More than it
  /// ever holds pass when it is full. Until then nothing passes: who sends in order could otherwise spend
  /// what the first waits for on what comes behind it, and is refused for that.
  [[nodiscard]] std::optional<std::chrono::milliseconds> take(double count, Moment now) {
    if (per_second_ <= 0) return std::nullopt;
    const double full = kSeconds * per_second_;
    const std::chrono::duration<double> passed = now - filled_;
    level_ = std::min(full, level_ + passed.count() * per_second_);
    filled_ = now;
    const double wanted = std::min(count, full);
    if (now >= shut_until_ && level_ >= wanted) {
      level_ -= count;
      return std::nullopt;
    }
    const std::chrono::duration<double> missing(std::max(0.0, wanted - level_) / per_second_);
    shut_until_ = std::max(shut_until_, now + std::chrono::ceil<std::chrono::milliseconds>(missing));
    return std::chrono::ceil<std::chrono::milliseconds>(shut_until_ - now);
  }

 private:
  static constexpr double kSeconds = 2;

  double per_second_;
  double level_;
  Moment filled_{};
  Moment shut_until_{};
};

}  // namespace palabre::broker
