#pragma once

namespace palabre {

/// A descriptor that is readable while it is raised: how one thread wakes another that waits in poll().
/// Any thread may use it.
class WakeUp {
 public:
  /// Throws std::system_error when the process has no descriptor left.
  WakeUp();
  ~WakeUp();
  WakeUp(const WakeUp&) = delete;
  WakeUp& operator=(const WakeUp&) = delete;

  void raise();
  void clear();
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace palabre
