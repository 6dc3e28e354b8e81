#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace palabre::broker {

/// A thread's sleep that others can end for good.
class Nap {
 public:
  /// False when it was ended: at once, and whenever it is called from then on.
  bool sleep_for(std::chrono::nanoseconds time) {
    std::unique_lock lock(mutex_);
    return !end_.wait_for(lock, time, [this] { return has_ended_; });
  }
  /// Any thread may call it.
  void end() {
    const std::scoped_lock lock(mutex_);
    has_ended_ = true;
    end_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable end_;
  bool has_ended_ = false;
};

}  // namespace palabre::broker
