#pragma once

#include <sys/epoll.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "tests/bench/load/connection.hpp"
#include "tests/bench/load/tally.hpp"

namespace palabre::bench {

/// Waits for all connections of a run at once and lets each read what came.
class Poller {
 public:
  explicit Poller(Tally& tally);
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  void add(Connection& connection);
  /// From now on nothing of it is read.
  void forget(Connection& connection) const;

  /// Sends what the connection has to send; what does not fit goes when the socket can take it.
  void flush(Connection& connection);

  /// Waits that long at most, and handles all that is ready.
  void poll(std::uint64_t timeout_ns);

 private:
  void watch(Connection& connection, int operation, bool for_writing) const;

  Tally& tally_;
  int descriptor_;
  std::vector<epoll_event> events_;
  std::vector<char> buffer_;
};

}  // namespace palabre::bench
