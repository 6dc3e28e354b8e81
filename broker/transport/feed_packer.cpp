#include "broker/transport/feed_packer.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "schema/limits.hpp"

namespace palabre::broker {

namespace {

/// Both are in the order of client numbers, and so is what comes out.
std::vector<NamedClient> united(const std::vector<NamedClient>& some,
                                const std::vector<NamedClient>& others) {
  std::vector<NamedClient> all;
  all.reserve(some.size() + others.size());
  std::ranges::set_union(some, others, std::back_inserter(all), {}, &NamedClient::client,
                         &NamedClient::client);
  return all;
}

}  // namespace

void FeedPacker::add(PackedBatch batch) {
  changed_heads_[batch.room] = batch.first.plus(batch.events.count - 1);
  const auto [last, is_first] = last_batch_.try_emplace(batch.room, batches_.size());
  if (!is_first && batches_[last->second].events.append(batch.events)) {
    auto& names = batches_[last->second].names;
    names = united(names, batch.names);
    return;
  }
  last->second = batches_.size();
  batches_.push_back(std::move(batch));
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

std::vector<FeedPacker::Frame> FeedPacker::take_batches() {
  std::vector<Frame> frames;
  frames.reserve(batches_.size());
  for (const auto& batch : batches_) frames.push_back({room_topic(batch.room), encode(batch)});
  batches_.clear();
  last_batch_.clear();
  return frames;
}

std::vector<FeedPacker::Frame> FeedPacker::take_notices() {
  std::vector<Frame> frames;
  frames.reserve(notices_.size());
  for (const auto& notice : notices_) frames.push_back({notice_topic(notice.room), encode(notice)});
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
