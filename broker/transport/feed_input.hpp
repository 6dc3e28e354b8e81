#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "broker/threads/moment.hpp"
#include "broker/transport/leaky_bucket.hpp"

namespace palabre::broker {

/// What one subscriber has sent, against what there is to ask for: libzmq keeps every topic, and looks
/// through all of them to forget one subscriber's. Pure.
class FeedInput {
 public:
  /// In bytes: who asks for much more than all rooms asks for nothing. Two topics a room take 180 bytes
  /// together with encryption; and some may be asked for that are not there.
  [[nodiscard]] static double allowance(std::size_t rooms, std::uint64_t most) {
    return std::min(static_cast<double>(most), kBytesMin + kBytesARoom * static_cast<double>(rooms));
  }

  /// Whether it is too much by now, of `received` bytes since it connected.
  [[nodiscard]] bool is_too_much(std::uint64_t received, double allowance, Moment now) {
    const auto came = static_cast<double>(received - std::min(received, received_));
    received_ = received;
    bucket_.resize({allowance, kBytesPerSecond});
    return bucket_.pour(came, now);
  }

 private:
  static constexpr double kBytesMin = 4.0 * 1024;
  static constexpr double kBytesARoom = 256;
  /// What a subscriber's heartbeats take, and some more.
  static constexpr double kBytesPerSecond = 256;

  LeakyBucket bucket_{{0, 0}};
  std::uint64_t received_ = 0;  ///< at the last look
};

}  // namespace palabre::broker
