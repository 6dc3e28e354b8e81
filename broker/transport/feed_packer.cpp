#include "broker/transport/feed_packer.hpp"

#include <algorithm>
#include <utility>

#include "schema/limits.hpp"

namespace palabre::broker {

void FeedPacker::add(Batch batch) {
  auto sequence = batch.first;
  for (auto& event : batch.events) {
    auto& open = open_for(batch, event, sequence);
    open.text_bytes += event.text.size();
    if (open.named.insert(event.client).second) {
      const auto name = std::ranges::find(batch.names, event.client, &NamedClient::client);
      if (name != batch.names.end()) open.batch.names.push_back(*name);
    }
    open.batch.events.push_back(std::move(event));
    sequence = sequence.next();
  }
  if (!batch.events.empty()) changed_heads_[batch.room] = batch.first.plus(batch.events.size() - 1);
}

FeedPacker::Open& FeedPacker::open_for(const Batch& batch, const Event& event, Sequence sequence) {
  if (const auto last = last_open_.find(batch.room); last != last_open_.end()) {
    auto& open = open_[last->second];
    const bool has_space = open.batch.events.size() < limits::kEventsMax &&
                           open.text_bytes + event.text.size() <= limits::kEventsTextBytesMax;
    if (has_space) return open;
  }
  last_open_[batch.room] = open_.size();
  open_.push_back({{batch.epoch, batch.room, sequence, {}, {}}, 0, {}});
  return open_.back();
}

void FeedPacker::add(Notice notice) {
  const auto same_room = std::ranges::find_if(notices_, [&](const Notice& waiting) {
    return waiting.room == notice.room && waiting.events.size() + notice.events.size() <= limits::kEventsMax;
  });
  if (same_room == notices_.end()) {
    notices_.push_back(std::move(notice));
  } else {
    std::ranges::move(notice.events, std::back_inserter(same_room->events));
  }
}

std::vector<FeedPacker::Frame> FeedPacker::take() {
  std::vector<Frame> frames;
  frames.reserve(open_.size() + notices_.size());
  for (const auto& open : open_) frames.push_back({room_topic(open.batch.room), encode(open.batch)});
  for (const auto& notice : notices_) frames.push_back({notice_topic(notice.room), encode(notice)});
  open_.clear();
  last_open_.clear();
  notices_.clear();
  return frames;
}

FeedPacker::Frame FeedPacker::tick(const Epoch& epoch, TimeMs now) {
  Tick tick{epoch, next_tick_++, now, {}};
  for (const auto& [room, head] : changed_heads_) tick.heads.push_back({room, head});
  changed_heads_.clear();
  return {std::string(kTickTopic), encode(tick)};
}

}  // namespace palabre::broker
