#pragma once

#include <span>
#include <unordered_map>
#include <vector>

#include "broker/domain/records.hpp"
#include "broker/domain/segment.hpp"

namespace palabre::broker {

/// Notes that the next message of a segment is this cell, among the rows that go through the segment.
void note_row(std::vector<Segment::RowStretch>& rows, ClientNumber client, Column column);

/// Packs cells in the order they were decided into as few segments as the limits of a feed frame allow, rooms
/// in the order they came. Pure.
class SegmentPacker {
 public:
  void add(const record::Cells& cells);
  /// One text of `cells`, which is the `place`-th of them.
  void add(const record::Cells& cells, std::size_t place);
  /// All segments since the last time; nothing is left.
  [[nodiscard]] std::vector<Segment> take();

 private:
  Segment& open_for(const record::Cells& cells, std::size_t place);

  std::vector<Segment> segments_;
  std::unordered_map<RoomNumber, std::size_t> open_;  ///< each room's last segment
};

}  // namespace palabre::broker
