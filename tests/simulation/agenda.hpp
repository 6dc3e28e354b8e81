#pragma once

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "client/moment.hpp"

namespace palabre::broker::simulation {

/// What will happen and when: the only clock of a run. Things of one moment happen in the order they were
/// noted.
class Agenda {
 public:
  using Action = std::function<void()>;

  [[nodiscard]] Moment now() const { return now_; }

  void at(Moment when, Action action) {
    items_.push_back({std::max(when, now_), ++noted_, std::move(action)});
    std::ranges::push_heap(items_, later);
  }
  void after(Milliseconds delay, Action action) { at(now_ + delay, std::move(action)); }

  /// When the next one is due; `otherwise` when there is none.
  [[nodiscard]] Moment next_at(Moment otherwise) const {
    return items_.empty() ? otherwise : items_.front().when;
  }
  /// Requires one that is due by then.
  void run_next() {
    std::ranges::pop_heap(items_, later);
    const Item item = std::move(items_.back());
    items_.pop_back();
    now_ = item.when;
    item.action();
  }
  /// Lets time pass until `when`, which is before anything that was noted.
  void pass_to(Moment when) { now_ = std::max(now_, when); }

 private:
  struct Item {
    Moment when;
    std::uint64_t number;
    Action action;
  };
  static bool later(const Item& one, const Item& other) {
    return std::pair(one.when, one.number) > std::pair(other.when, other.number);
  }

  Moment now_{std::chrono::hours(1)};
  std::uint64_t noted_ = 0;
  std::vector<Item> items_;  ///< a heap, the earliest in front
};

}  // namespace palabre::broker::simulation
