#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace palabre::cli {

/// When a run must be over, or never.
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;
  using Milliseconds = std::chrono::milliseconds;

  explicit Deadline(std::optional<double> seconds) {
    if (seconds) at_ = Clock::now() + Milliseconds(static_cast<Milliseconds::rep>(*seconds * 1000));
  }

  [[nodiscard]] bool is_over() const { return at_ && Clock::now() >= *at_; }
  [[nodiscard]] bool exists() const { return at_.has_value(); }
  /// What is left, but no more than `most`.
  [[nodiscard]] Milliseconds left(Milliseconds most) const {
    if (!at_) return most;
    const auto left = std::chrono::ceil<Milliseconds>(*at_ - Clock::now());
    return std::clamp(left, Milliseconds(0), most);
  }
  /// For poll(2).
  [[nodiscard]] int poll_timeout() const {
    return at_ ? static_cast<int>(left(std::chrono::hours(1)).count()) : -1;
  }

 private:
  std::optional<Clock::time_point> at_;
};

}  // namespace palabre::cli
