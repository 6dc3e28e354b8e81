#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "schema/frames.hpp"

namespace palabre::broker {

/// Packs what waits for the feed into as few frames as the limits allow: per room one batch and one notice.
/// Pure; the publisher thread owns it.
class FeedPacker {
 public:
  struct Frame {
    std::string topic;
    Bytes body;
  };

  /// Ticks are numbered from `first_tick` on.
  explicit FeedPacker(std::uint64_t first_tick) : next_tick_(first_tick) {}

  /// Requires batches of a room in the order of their sequences.
  void add(PackedBatch batch);
  void add(Notice notice);
  /// All frames that the waiting batches make, rooms in the order they came; none waits afterwards.
  [[nodiscard]] std::vector<Frame> take_batches();
  /// The same for notices.
  [[nodiscard]] std::vector<Frame> take_notices();
  [[nodiscard]] bool has_notices() const { return !notices_.empty(); }
  /// The next tick, with the heads of the rooms that changed since the last one.
  [[nodiscard]] Frame tick(const Epoch& epoch, TimeMs now);

 private:
  std::vector<PackedBatch> batches_;
  std::map<std::string, std::size_t> last_batch_;  ///< each room's, the one that may still have space
  std::vector<Notice> notices_;
  std::map<std::string, Sequence> changed_heads_;
  std::uint64_t next_tick_;
};

}  // namespace palabre::broker
