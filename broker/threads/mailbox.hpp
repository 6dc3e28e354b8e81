#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

namespace palabre::broker {

enum class Push : unsigned char { taken, full, closed };

/// A bounded queue into one thread, which takes everything that waits at once. Any thread may push; a push
/// wakes the owner only when the queue was empty. Closing lets the owner finish what was taken, and refuses
/// the rest.
template <class T>
class Mailbox {
 public:
  explicit Mailbox(std::size_t capacity) : capacity_(capacity) {}

  /// Never waits.
  Push try_push(T item) {
    std::unique_lock lock(mutex_);
    if (is_closed_) return Push::closed;
    if (items_.size() >= capacity_) return Push::full;
    append(std::move(item), lock);
    return Push::taken;
  }

  /// Takes the item whatever the bound: for control messages, whose number is bounded by what they speak of.
  Push push_control(T item) {
    std::unique_lock lock(mutex_);
    if (is_closed_) return Push::closed;
    append(std::move(item), lock);
    return Push::taken;
  }

  /// Waits for space.
  Push push(T item) {
    std::unique_lock lock(mutex_);
    space_.wait(lock, [this] { return is_closed_ || items_.size() < capacity_; });
    if (is_closed_) return Push::closed;
    append(std::move(item), lock);
    return Push::taken;
  }

  /// Waits for items and swaps all of them into `items`, which is emptied first. False when the mailbox is
  /// closed and empty: the owner's time to end.
  bool drain(std::vector<T>& items) {
    items.clear();
    std::unique_lock lock(mutex_);
    arrival_.wait(lock, [this] { return is_closed_ || !items_.empty(); });
    return take(items, lock);
  }

  /// As drain, but returns true with nothing when `deadline` passes first.
  bool drain_until(std::vector<T>& items, std::chrono::steady_clock::time_point deadline) {
    items.clear();
    std::unique_lock lock(mutex_);
    if (!arrival_.wait_until(lock, deadline, [this] { return is_closed_ || !items_.empty(); })) return true;
    return take(items, lock);
  }

  void close() {
    const std::scoped_lock lock(mutex_);
    is_closed_ = true;
    arrival_.notify_all();
    space_.notify_all();
  }

 private:
  void append(T item, std::unique_lock<std::mutex>& lock) {
    const bool was_empty = items_.empty();
    items_.push_back(std::move(item));
    lock.unlock();
    if (was_empty) arrival_.notify_one();
  }

  bool take(std::vector<T>& items, std::unique_lock<std::mutex>& lock) {
    items.swap(items_);
    const bool has_ended = is_closed_ && items.empty();
    lock.unlock();
    space_.notify_all();
    return !has_ended;
  }

  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable arrival_;
  std::condition_variable space_;
  std::vector<T> items_;
  bool is_closed_ = false;
};

}  // namespace palabre::broker
