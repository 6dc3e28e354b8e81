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
    sent_ = received_ = pinged_ = now;
  }
  void sent(Moment now) { sent_ = now; }
  void pinged(Moment now) { pinged_ = now; }
  void received(Moment now) { received_ = now; }

  /// When `wants_pongs`, because they name the heads of private rooms, other things that are sent do not put
  /// it off.
  [[nodiscard]] Moment ping_at(bool wants_pongs) const { return (wants_pongs ? pinged_ : sent_) + interval_; }
  [[nodiscard]] Moment dead_at() const { return received_ + interval_ * limits::kHeartbeatsMissedMax; }
  [[nodiscard]] bool is_dead(Moment now) const { return now >= dead_at(); }

 private:
  Milliseconds interval_{1000};
  Moment sent_{};
  Moment received_{};
  Moment pinged_{};
};

}  // namespace palabre
