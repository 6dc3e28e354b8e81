#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <iterator>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace palabre::broker {

enum class Push : unsigned char { taken, full, closed };

/// What became of a group: how many of it were taken, from its front, and how the rest fared; `taken` when
/// there is no rest.
struct GroupPush {
  std::size_t count = 0;
  Push rest = Push::taken;
};

/// What a thread does that was woken by the first item.
enum class OnWaking : unsigned char {
  takes_at_once,
  /// Yields first: when all processors are busy, others that are about to push do so, and what would be
  /// several batches becomes one. For a thread whose batches have a price of their own.
  lets_others_push,
};

/// A bounded queue into one thread, which takes everything that waits at once. Any thread may push; a push of
/// one or of many wakes the owner at most once, and only when the queue was empty. Closing lets the owner
/// finish what was taken, and refuses the rest.
template <class T>
class Mailbox {
 public:
  explicit Mailbox(std::size_t capacity, OnWaking on_waking = OnWaking::takes_at_once)
      : capacity_(capacity), on_waking_(on_waking) {}

  /// Never waits.
  Push try_push(T item) {
    std::unique_lock lock(mutex_);
    if (is_closed_) return Push::closed;
    if (items_.size() >= capacity_) return Push::full;
    append(std::move(item), lock);
    return Push::taken;
  }

  /// Never waits: takes as many as there is space for, and leaves the others as they are.
  template <class Group>
  GroupPush try_push_all(Group&& group) {
    std::unique_lock lock(mutex_);
    if (is_closed_) return {0, std::size(group) == 0 ? Push::taken : Push::closed};
    const auto count = std::min(space(), std::size(group));
    append(std::begin(group), count, lock);
    return {count, count == std::size(group) ? Push::taken : Push::full};
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
    wait_for_space(lock);
    if (is_closed_) return Push::closed;
    append(std::move(item), lock);
    return Push::taken;
  }

  /// Waits for space as often as it must until all are taken, and leaves `group` empty, with its room.
  /// Others' items may come between where it had to wait.
  Push push_all(std::vector<T>& group) {
    auto next = group.begin();
    bool is_open = true;
    while (is_open && next != group.end()) {
      std::unique_lock lock(mutex_);
      wait_for_space(lock);
      is_open = !is_closed_;
      if (is_open) next = append(next, std::min(space(), static_cast<std::size_t>(group.end() - next)), lock);
    }
    group.clear();
    return is_open ? Push::taken : Push::closed;
  }

  /// Waits for items and swaps all of them into `items`, which is emptied first. False when the mailbox is
  /// closed and empty: the owner's time to end.
  bool drain(std::vector<T>& items) {
    items.clear();
    std::unique_lock lock(mutex_);
    if (is_idle()) {
      arrival_.wait(lock, [this] { return !is_idle(); });
      begin_taking(lock);
    }
    return take(items, lock);
  }

  /// As drain, but returns true with nothing when `deadline` passes first.
  bool drain_until(std::vector<T>& items, std::chrono::steady_clock::time_point deadline) {
    items.clear();
    std::unique_lock lock(mutex_);
    if (is_idle()) {
      if (!arrival_.wait_until(lock, deadline, [this] { return !is_idle(); })) return true;
      begin_taking(lock);
    }
    return take(items, lock);
  }

  void close() {
    const std::scoped_lock lock(mutex_);
    is_closed_ = true;
    arrival_.notify_all();
    space_.notify_all();
  }

 private:
  /// Requires the lock.
  [[nodiscard]] std::size_t space() const { return capacity_ - std::min(capacity_, items_.size()); }
  void wait_for_space(std::unique_lock<std::mutex>& lock) {
    space_.wait(lock, [this] { return is_closed_ || space() > 0; });
  }

  [[nodiscard]] bool is_idle() const { return !is_closed_ && items_.empty(); }

  void begin_taking(std::unique_lock<std::mutex>& lock) const {
    if (on_waking_ == OnWaking::takes_at_once) return;
    lock.unlock();
    std::this_thread::yield();
    lock.lock();
  }

  void append(T item, std::unique_lock<std::mutex>& lock) {
    const bool was_empty = items_.empty();
    items_.push_back(std::move(item));
    lock.unlock();
    if (was_empty) arrival_.notify_one();
  }

  /// Moves `count` items from `first` on; returns where it ended.
  template <class Iterator>
  Iterator append(Iterator first, std::size_t count, std::unique_lock<std::mutex>& lock) {
    const bool was_empty = items_.empty();
    const auto end = std::next(first, static_cast<std::ptrdiff_t>(count));
    for (; first != end; ++first) items_.emplace_back(std::move(*first));
    lock.unlock();
    if (was_empty && count > 0) arrival_.notify_one();
    return first;
  }

  bool take(std::vector<T>& items, std::unique_lock<std::mutex>& lock) {
    items.swap(items_);
    const bool has_ended = is_closed_ && items.empty();
    lock.unlock();
    space_.notify_all();
    return !has_ended;
  }

  const std::size_t capacity_;
  const OnWaking on_waking_;
  std::mutex mutex_;
  std::condition_variable arrival_;
  std::condition_variable space_;
  std::vector<T> items_;
  bool is_closed_ = false;
};

}  // namespace palabre::broker
