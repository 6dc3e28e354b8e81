#pragma once

#include <csignal>
#include <optional>

namespace palabre::terminal {

/// Signals as something to poll for. While it lives they interrupt nothing on this thread.
class SignalWatch {
 public:
  SignalWatch();
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }
  /// The next one that came: SIGINT, SIGTERM, SIGHUP, SIGWINCH or SIGTSTP.
  [[nodiscard]] std::optional<int> next() const;

 private:
  sigset_t before_{};
  int descriptor_ = -1;
};

}  // namespace palabre::terminal
