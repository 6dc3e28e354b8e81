#pragma once

#include <deque>
#include <iterator>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "client/wake_up.hpp"

namespace palabre {

/// A queue from one thread to another that waits in poll(). The descriptor is readable exactly while
/// something is in it; it is touched only when the queue becomes empty or stops being so. Its bound is its
/// users' affair: see client.cpp.
template <class T>
class SignalledQueue {
 public:
  void push(T value) {
    const std::lock_guard lock(mutex_);
    if (values_.empty()) wake_up_.raise();
    values_.push_back(std::move(value));
  }

  void push_all(std::vector<T> values) {
    if (values.empty()) return;
    const std::lock_guard lock(mutex_);
    if (values_.empty()) wake_up_.raise();
    values_.insert(values_.end(), std::make_move_iterator(values.begin()),
                   std::make_move_iterator(values.end()));
  }

  [[nodiscard]] std::optional<T> pop() {
    const std::lock_guard lock(mutex_);
    if (values_.empty()) return std::nullopt;
    std::optional<T> value = std::move(values_.front());
    values_.pop_front();
    if (values_.empty()) wake_up_.clear();
    return value;
  }

  [[nodiscard]] std::deque<T> pop_all() {
    const std::lock_guard lock(mutex_);
    if (!values_.empty()) wake_up_.clear();
    return std::exchange(values_, {});
  }

  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return values_.size();
  }

  [[nodiscard]] int descriptor() const { return wake_up_.descriptor(); }

 private:
  mutable std::mutex mutex_;
  std::deque<T> values_;
  WakeUp wake_up_;
};

}  // namespace palabre
