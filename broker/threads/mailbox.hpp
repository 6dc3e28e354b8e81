#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "broker/threads/moment.hpp"

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

/// A place in a queue is for an item that holds no more than so many bytes beside itself; a longer one takes
/// as many places as it needs.
inline constexpr std::size_t kPlaceBytes = 4096;

[[nodiscard]] constexpr std::size_t places_for(std::size_t bytes_held) {
  return 1 + bytes_held / kPlaceBytes;
}

/// A queue's places are so many shares.
inline constexpr std::size_t kSharesOfQueue = 128;

/// Of items that hold nothing worth counting.
struct HoldsNothing {
  template <class T>
  constexpr std::size_t operator()(const T&) const {
    return 0;
  }
};

/// A bounded queue into one thread, which takes everything that waits at once. Any thread may push; a push of
/// one or of many wakes the owner at most once, and only when the queue was empty. Closing lets the owner
/// finish what was taken, and refuses the rest. Its bound is places: so never more than that many items wait,
/// nor more bytes than those places are for, and one longest item. `BytesHeld` says what an item holds.
template <class T, class BytesHeld = HoldsNothing>
class Mailbox {
 public:
  explicit Mailbox(std::size_t capacity, OnWaking on_waking = OnWaking::takes_at_once)
      : capacity_(capacity),
        share_max_(std::max<std::size_t>(1, capacity / kSharesOfQueue)),
        on_waking_(on_waking) {}

  /// Never waits.
  Push try_push(T item) {
    std::unique_lock lock(mutex_);
    if (is_closed_) return Push::closed;
    if (!has_space()) return Push::full;
    append(std::move(item), lock);
    return Push::taken;
  }

  /// Never waits: takes as many as there is space for, and leaves the others as they are.
  template <class Group>
  GroupPush try_push_all(Group&& group) {
    std::unique_lock lock(mutex_);
    if (is_closed_) return {0, std::size(group) == 0 ? Push::taken : Push::closed};
    const auto end = append(std::begin(group), std::end(group), lock);
    const auto count = static_cast<std::size_t>(std::distance(std::begin(group), end));
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

  /// What one of those who push has here. Belongs to the thread that pushes.
  class Share {
    friend Mailbox;
    std::uint64_t taking_ = 0;  ///< before which it was pushed
    std::size_t places_ = 0;
  };

  /// Pushes all, and leaves `group` empty, with its room. Waits as often as it must: for space, and, when
  /// this share is used up, until the owner has taken the queue. So however much somebody has to push, nobody
  /// waits behind more of it than a share, or one item. Others' items may come between where it had to wait.
  Push push_all(std::vector<T>& group, Share& share) {
    auto next = group.begin();
    bool is_open = true;
    while (is_open && next != group.end()) {
      std::unique_lock lock(mutex_);
      space_.wait(lock, [&] { return is_closed_ || (has_space() && has_space_for(*next, share)); });
      is_open = !is_closed_;
      if (is_open) next = append(next, group.end(), share, lock);
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
  bool drain_until(std::vector<T>& items, Moment deadline) {
    items.clear();
    std::unique_lock lock(mutex_);
    if (is_idle()) {
      if (!arrival_.wait_until(lock, deadline, [this] { return !is_idle(); })) return true;
      begin_taking(lock);
    }
    return take(items, lock);
  }

  /// Waits until then, or until it is closed. Called by the owner.
  void wait_until(Moment deadline) {
    std::unique_lock lock(mutex_);
    arrival_.wait_until(lock, deadline, [this] { return is_closed_; });
  }

  void close() {
    const std::scoped_lock lock(mutex_);
    is_closed_ = true;
    arrival_.notify_all();
    space_.notify_all();
  }

 private:
  /// Requires the lock.
  [[nodiscard]] bool has_space() const { return places_ < capacity_; }
  [[nodiscard]] bool has_space_for(const T& item, const Share& share) const {
    const bool has_none_here = share.taking_ != takings_;
    return has_none_here || share.places_ + places_of(item) <= share_max_;
  }
  void wait_for_space(std::unique_lock<std::mutex>& lock) {
    space_.wait(lock, [this] { return is_closed_ || has_space(); });
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
    add(std::move(item));
    lock.unlock();
    if (was_empty) arrival_.notify_one();
  }

  /// Moves items from `first` on while there is space; returns where it ended.
  template <class Iterator>
  Iterator append(Iterator first, Iterator last, std::unique_lock<std::mutex>& lock) {
    const bool was_empty = items_.empty();
    for (; first != last && has_space(); ++first) add(std::move(*first));
    const bool is_first = was_empty && !items_.empty();
    lock.unlock();
    if (is_first) arrival_.notify_one();
    return first;
  }

  template <class Iterator>
  Iterator append(Iterator first, Iterator last, Share& share, std::unique_lock<std::mutex>& lock) {
    if (share.taking_ != takings_) share = {};
    share.taking_ = takings_;
    auto end = first;
    do {
      share.places_ += places_of(*end++);
    } while (end != last && has_space_for(*end, share));
    return append(first, end, lock);
  }

  [[nodiscard]] static std::size_t places_of(const T& item) { return places_for(BytesHeld{}(item)); }
  /// Made where it stays: of a variant that is moved once more g++ 12 warns falsely.
  template <class Item>
  void add(Item&& item) {
    places_ += places_of(items_.emplace_back(std::forward<Item>(item)));
  }

  bool take(std::vector<T>& items, std::unique_lock<std::mutex>& lock) {
    items.swap(items_);
    places_ = 0;
    ++takings_;
    const bool has_ended = is_closed_ && items.empty();
    lock.unlock();
    space_.notify_all();
    return !has_ended;
  }

  const std::size_t capacity_;
  const std::size_t share_max_;
  const OnWaking on_waking_;
  std::mutex mutex_;
  std::condition_variable arrival_;
  std::condition_variable space_;
  std::vector<T> items_;
  std::size_t places_ = 0;     ///< that these take
  std::uint64_t takings_ = 1;  ///< how often the owner took them, and one
  bool is_closed_ = false;
};

}  // namespace palabre::broker
