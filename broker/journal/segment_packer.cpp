#include "broker/journal/segment_packer.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

#include "schema/limits.hpp"

namespace palabre::broker {
void note_row(std::vector<Segment::RowStretch>& rows, ClientNumber client, Column column) {
  // The last stretch of a client is near the end, because who posts does so several times at once.
  const auto newest_first = rows | std::views::reverse;
  const auto found = std::ranges::find(newest_first, client, &Segment::RowStretch::client);
  if (found != newest_first.end() && found->column.plus(found->count) == column) {
    ++found->count;
  } else {
    rows.push_back({client, column, 1});
  }
}

void SegmentPacker::add(const record::Cells& cells) {
  for (std::size_t place = 0; place < cells.texts.size(); ++place) add(cells, place);
}

void SegmentPacker::add(const record::Cells& cells, std::size_t place) {
  auto& segment = open_for(cells, place);
  const auto column = cells.column.plus(place);
  segment.events.append(cells.client, column, cells.texts[place], cells.at);
  segment.last_at = cells.at;
  note_row(segment.rows, cells.client, column);
}

Segment& SegmentPacker::open_for(const record::Cells& cells, std::size_t place) {
  if (const auto open = open_.find(cells.room); open != open_.end()) {
    auto& segment = segments_[open->second];
    if (segment.events.has_space_for(cells.texts[place].size(), cells.at)) return segment;
  }
  open_[cells.room] = segments_.size();
  segments_.push_back({cells.room, cells.sequence.plus(place), {}, {}, {}});
  return segments_.back();
}

std::vector<Segment> SegmentPacker::take() {
  open_.clear();
  return std::exchange(segments_, {});
}

}  // namespace palabre::broker
