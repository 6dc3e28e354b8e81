#pragma once

#include <cstdint>

namespace palabre::broker {

/// Whether something is too much: from when it was above the mark until it is an eighth below it, so that
/// nobody is let in and put off in turn while it stays about there. Pure.
class HighMark {
 public:
  /// 0: nothing is too much.
  explicit HighMark(std::uint64_t most) : most_(most), least_(most - most / 8) {}

  [[nodiscard]] bool is_over(std::uint64_t level) {
    if (most_ > 0) is_over_ = level > (is_over_ ? least_ : most_);
    return is_over_;
  }

 private:
  const std::uint64_t most_;
  const std::uint64_t least_;
  bool is_over_ = false;
};

}  // namespace palabre::broker
