#pragma once

#include <chrono>
#include <optional>

#include "broker/threads/moment.hpp"

namespace palabre::broker {

/// A timerfd: wakes a thread that waits in zmq::poll, whose own patience is counted in whole milliseconds, at
/// a moment. The thread that waits sets it; nobody else touches it.
class Alarm {
 public:
  /// Throws std::system_error when no descriptor is free.
  Alarm();
  ~Alarm();
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  /// Readable from then on, at once when that has passed; nothing: not at all. What was set before is
  /// forgotten.
  void set(std::optional<Moment> moment) const;
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace palabre::broker
