#pragma once

#include <algorithm>
#include <chrono>

#include "broker/threads/moment.hpp"

namespace palabre::broker {

/// Holds so much, and loses so much in a second: what comes faster for too long makes it run over. Pure.
class LeakyBucket {
 public:
  struct Size {
    double holds;
    double leaks_per_second;
  };

  explicit LeakyBucket(Size size) : size_(size) {}

  /// As full as it was; what no longer goes in runs over with the next drop.
  void resize(Size size) { size_ = size; }

  /// Whether it runs over by that. It stays as full as can be then.
  [[nodiscard]] bool pour(double amount, Moment now) {
    const std::chrono::duration<double> passed = now - poured_;
    level_ = std::max(0.0, level_ - passed.count() * size_.leaks_per_second) + amount;
    poured_ = now;
    const bool runs_over = level_ > size_.holds;
    level_ = std::min(level_, size_.holds);
    return runs_over;
  }

 private:
  Size size_;
  double level_ = 0;
  Moment poured_{};
};

}  // namespace palabre::broker
