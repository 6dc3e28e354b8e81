#pragma once

namespace palabre::broker {

/// An eventfd: wakes a thread that waits in zmq::poll. Any thread may ring; the owner polls descriptor() and
/// clears.
class WakeUp {
 public:
  /// Throws std::system_error when no descriptor is free.
  WakeUp();
  ~WakeUp();
  WakeUp(const WakeUp&) = delete;
  WakeUp& operator=(const WakeUp&) = delete;

  void ring() const;
  void clear() const;
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace palabre::broker
