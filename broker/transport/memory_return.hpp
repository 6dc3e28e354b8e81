#pragma once

#include <chrono>
#include <optional>

#include "broker/threads/moment.hpp"

namespace palabre::broker {

/// When the heap is to be searched for memory that the system can have back: what went through queues lies
/// all over it, and malloc keeps it. The search keeps malloc locked for some tens of milliseconds, so it
/// waits for quiet after connections went, and under an attack, in which they go all the time, it is seldom.
/// Pure: it is told the time.
class MemoryReturn {
 public:
  /// Until libzmq has cleared away what came on a connection and what was to go there: the publisher does so
  /// at its next tick.
  static constexpr auto kQuiet = std::chrono::seconds(2);
  /// Without quiet.
  static constexpr auto kLatest = std::chrono::seconds(30);

  /// A connection went.
  void expect(Moment now);
  [[nodiscard]] bool is_due(Moment now) const { return due_at_ && now >= *due_at_; }
  [[nodiscard]] std::optional<Moment> due_at() const { return due_at_; }
  /// It was searched. Once more a little later: libzmq may be slower than thought.
  void done(Moment now);

 private:
  std::optional<Moment> due_at_;
  std::optional<Moment> latest_;
  bool is_last_ = true;
};

}  // namespace palabre::broker
