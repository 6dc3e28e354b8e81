#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>
#include <zmq.hpp>

#include "broker/transport/feed_packer.hpp"

namespace palabre::broker {

/// Tells how far the feed lags behind what was given to it. A PUB socket says nothing about that: it drops in
/// silence. So the broker is a subscriber of its own, through TCP like the others, and hears a small frame
/// after every stretch of the feed; what it has not heard yet, the others have not got either. Lives on the
/// publisher's thread.
class Canary {
 public:
  explicit Canary(zmq::context_t& context);

  /// Subscribes to the feed that is bound there.
  void connect(const std::string& feed_endpoint);
  /// Counts what was sent to every subscriber; true when it is time to send next().
  [[nodiscard]] bool is_due_after(std::size_t bytes);
  [[nodiscard]] FeedPacker::Frame next();
  /// Returns when the feed is near enough to what was sent, or when a canary that lived has been silent for
  /// so long that it must be dead: nobody waits for a dead one.
  void wait_until_near();
  void close() { socket_.close(); }

 private:
  void listen();
  [[nodiscard]] std::uint64_t lag() const { return sent_ - heard_; }

  zmq::socket_t socket_;
  std::vector<zmq::pollitem_t> items_;
  bool is_alive_ = false;
  std::uint64_t bytes_ = 0;  ///< sent in all
  std::uint64_t sent_ = 0;   ///< of those, up to the last canary frame
  std::uint64_t heard_ = 0;  ///< up to the last canary frame that came back
};

}  // namespace palabre::broker
