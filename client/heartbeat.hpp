#pragma once

#include "client/moment.hpp"
#include "schema/limits.hpp"

namespace palabre {

/// When to PING, and when the broker is to be thought dead (schema/README.md, section 3.4). Pure.
class Heartbeat {
 public:
  /// The connection was welcomed.
  void start(Milliseconds interval, Moment now) {
    interval_ = interval;
    sent_ = received_ = now;
  }
  void sent(Moment now) { sent_ = now; }
  void received(Moment now) { received_ = now; }

  [[nodiscard]] Moment ping_at() const { return sent_ + interval_; }
  [[nodiscard]] Moment dead_at() const { return received_ + interval_ * limits::kHeartbeatsMissedMax; }
  [[nodiscard]] bool needs_ping(Moment now) const { return now >= ping_at(); }
  [[nodiscard]] bool is_dead(Moment now) const { return now >= dead_at(); }

 private:
  Milliseconds interval_{1000};
  Moment sent_{};
  Moment received_{};
};

}  // namespace palabre
