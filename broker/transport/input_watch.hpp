#pragma once

#include <vector>

#include "broker/transport/tcp_connection.hpp"

namespace palabre::broker {

/// Hears from the kernel on which connections something came since it was last asked, so that ten thousand
/// silent ones cost nothing. An epoll beside the one with which libzmq reads them; it reads nothing itself. A
/// connection leaves it when libzmq closes it.
class InputWatch {
 public:
  /// Throws std::system_error when no descriptor is free.
  InputWatch();
  ~InputWatch();
  InputWatch(const InputWatch&) = delete;
  InputWatch& operator=(const InputWatch&) = delete;

  void add(int descriptor) const;
  /// Replaces `descriptors` by those where something came; one may have changed hands since. Never waits.
  void take(std::vector<int>& descriptors) const;
  /// Readable when take() has something to tell.
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace palabre::broker
