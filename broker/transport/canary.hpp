#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>
#include <zmq.hpp>

#include "broker/transport/feed_packer.hpp"
#include "schema/keys.hpp"

namespace palabre::broker {

/// Tells how far the feed lags behind what was given to it. A PUB socket says nothing about that: it drops in
/// silence. So the broker is a subscriber of its own, through TCP like the others, and hears a small frame
/// after every stretch of the feed; what it has not heard yet, the others have not got either. Lives on the
/// publisher's thread.
class Canary {
 public:
  /// `pipe_frames`: how many frames may wait for one subscriber. A quarter of that may be under way.
  Canary(zmq::context_t& context, std::size_t pipe_frames);

  /// Subscribes to the feed that is bound there.
  void connect(const std::string& feed_endpoint);
  /// As a client does where the feed is encrypted: with the broker's public key, and a pair of its own.
  void encrypt(const CurveKey& broker, const KeyPair& own);
  /// Counts a frame that was sent to every subscriber; true when it is time to send next().
  [[nodiscard]] bool is_due_after(std::size_t frame_bytes);
  [[nodiscard]] FeedPacker::Frame next();
  /// Returns when the feed is near enough to what was sent, or when a canary that lived has been silent for
  /// so long that it must be dead: nobody waits for a dead one.
  void wait_until_near();
  [[nodiscard]] bool is_alive() const { return is_alive_; }
  void close() { socket_.close(); }

 private:
  void listen();
  [[nodiscard]] std::uint64_t lag() const { return sent_ - heard_; }

  const std::uint64_t lag_max_;
  const std::uint64_t stretch_;
  zmq::socket_t socket_;
  std::vector<zmq::pollitem_t> items_;
  bool is_alive_ = false;
  std::uint64_t total_ = 0;  ///< of all frames, in bytes, small ones rounded up
  std::uint64_t sent_ = 0;   ///< of those, up to the last canary frame
  std::uint64_t heard_ = 0;  ///< up to the last canary frame that came back
};

}  // namespace palabre::broker
