#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace palabre::broker {

/// A few things of which each serves one thread at a time. Any thread may borrow; it waits while all are
/// lent. The lock guards the list only and is never held while a thing is used. Outlives every loan.
template <class Thing>
class Pool {
 public:
  explicit Pool(std::vector<std::unique_ptr<Thing>> things) : idle_(std::move(things)) {}

  /// Runs `use` with a thing that is nobody else's meanwhile.
  template <class Use>
  decltype(auto) with(Use&& use) {
    const Loan loan{*this, take()};
    return std::forward<Use>(use)(*loan.thing);
  }

 private:
  struct Loan {
    Pool& pool;
    std::unique_ptr<Thing> thing;
    ~Loan() { pool.give_back(std::move(thing)); }
  };

  std::unique_ptr<Thing> take() {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [this] { return !idle_.empty(); });
    auto thing = std::move(idle_.back());
    idle_.pop_back();
    return thing;
  }

  void give_back(std::unique_ptr<Thing> thing) {
    {
      const std::lock_guard lock(mutex_);
      idle_.push_back(std::move(thing));
    }
    returned_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Thing>> idle_;
};

}  // namespace palabre::broker
