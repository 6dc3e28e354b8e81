#pragma once

#include <cstdint>

#include "client/moment.hpp"
#include "schema/limits.hpp"

namespace palabre {

/// Watches the ticks of one feed connection (schema/README.md, sections 6 and 7). Pure.
class FeedWatch {
 public:
  /// A feed connection was opened. `patience` is over the usual one while it never works, so that a feed port
  /// that is closed to us costs little.
  void opened(Moment now, double jitter) {
    ++openings_without_tick_;
    last_number_ = 0;
    dead_at_ = now + spread(growing(kPatience, openings_without_tick_, kPatienceMax), jitter);
  }

  /// True when ticks may have been lost before this one, so that the heads must be asked. It is so for the
  /// first one: what was stored before the subscriptions took effect was not on this feed.
  [[nodiscard]] bool tick(std::uint64_t number, Moment now) {
    const bool follows = last_number_ != 0 && number == last_number_ + 1;
    last_number_ = number;
    openings_without_tick_ = 0;
    dead_at_ = now + kPatience;
    return !follows;
  }

  [[nodiscard]] bool is_dead(Moment now) const { return now >= dead_at_; }
  [[nodiscard]] Moment dead_at() const { return dead_at_; }

 private:
  static constexpr Milliseconds kPatience{limits::kTickDeadMs};
  static constexpr Milliseconds kPatienceMax{4 * limits::kTickDeadMs};

  std::uint64_t last_number_ = 0;
  unsigned openings_without_tick_ = 0;
  Moment dead_at_{};
};

}  // namespace palabre
