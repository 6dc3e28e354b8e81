#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_set>
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
  void add(Batch batch);
  void add(Notice notice);
  /// All frames that the waiting batches and notices make, rooms in the order they came; nothing waits
  /// afterwards.
  [[nodiscard]] std::vector<Frame> take();
  /// The next tick, with the heads of the rooms that changed since the last one.
  [[nodiscard]] Frame tick(const Epoch& epoch, TimeMs now);

 private:
  /// The batch of a room that still has space, the last of its open ones.
  struct Open {
    Batch batch;
    std::size_t text_bytes = 0;
    std::unordered_set<ClientNumber> named;
  };
  Open& open_for(const Batch& batch, const Event& event, Sequence sequence);

  std::vector<Open> open_;
  std::map<std::string, std::size_t> last_open_;
  std::vector<Notice> notices_;
  std::map<std::string, Sequence> changed_heads_;
  std::uint64_t next_tick_;
};

}  // namespace palabre::broker
