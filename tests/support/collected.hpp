#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

namespace palabre::broker {

/// Long enough for any machine; a test that waits so long has failed.
inline constexpr std::chrono::seconds kPatience{20};

/// What other threads hand in, one by one. The test's thread waits for what it expects.
template <class T>
class Collected {
 public:
  void add(T item) {
    const std::scoped_lock lock(mutex_);
    items_.push_back(std::move(item));
    arrival_.notify_all();
  }

  [[nodiscard]] std::vector<T> all() const {
    const std::scoped_lock lock(mutex_);
    return items_;
  }

  /// All items once there are so many; those there are when that takes too long.
  [[nodiscard]] std::vector<T> wait_for(std::size_t count) const {
    std::unique_lock lock(mutex_);
    arrival_.wait_for(lock, kPatience, [&] { return items_.size() >= count; });
    return items_;
  }

  /// Whether an item like that came.
  template <class Likeness>
  [[nodiscard]] bool wait_until_any(Likeness likeness) const {
    std::unique_lock lock(mutex_);
    return arrival_.wait_for(lock, kPatience, [&] { return std::ranges::any_of(items_, likeness); });
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable arrival_;
  std::vector<T> items_;
};

/// Whether `holds()` became true in time. For what no thread announces, such as the threads of a process.
template <class Condition>
[[nodiscard]] bool eventually(Condition holds) {
  std::mutex mutex;
  std::condition_variable never;
  std::unique_lock lock(mutex);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    never.wait_for(lock, std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace palabre::broker
