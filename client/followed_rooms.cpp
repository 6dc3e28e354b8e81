#include "client/followed_rooms.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "schema/room_names.hpp"

namespace palabre {
namespace {

using namespace std::chrono_literals;

constexpr Milliseconds kRefusedPause = 1s;

void append(Events& events, Events more) {
  events.insert(events.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

bool are_direct(const std::string& one, const std::string& other) {
  return room_kind(one) == RoomKind::direct && room_kind(other) == RoomKind::direct;
}

Milliseconds pause_after(const Refusal& refusal, double jitter) {
  return spread(refusal.retry_after_ms ? Milliseconds(*refusal.retry_after_ms) : kRefusedPause, jitter);
}

}  // namespace

bool FollowedRooms::follow(const std::string& room, std::optional<Sequence> from) {
  return rooms_.try_emplace(room, room, from).second;
}

void FollowedRooms::unfollow(const std::string& room) {
  rooms_.erase(room);
  to_join_.erase(room);
}

std::vector<std::string> FollowedRooms::names() const {
  std::vector<std::string> names;
  for (const auto& [name, timeline] : rooms_) names.push_back(name);
  return names;
}

bool FollowedRooms::has_private() const {
  return std::ranges::any_of(rooms_, [](const auto& it) { return !is_open_room(it.first); });
}

void FollowedRooms::expect_welcome() {
  for (auto& [name, timeline] : rooms_) timeline.expect_heads();
}

Events FollowedRooms::welcomed(const reply::Welcome& welcome) {
  Events events;
  wants_heads_ = false;
  adopt(welcome.epoch, events);
  judge(welcome.rooms, Anchoring::here, events);
  for (auto& [name, timeline] : rooms_) append(events, timeline.connection_back());
  return events;
}

Events FollowedRooms::joined(const reply::Joined& joined) {
  const auto room = rooms_.find(joined.room);
  if (room == rooms_.end()) return {};
  to_join_.erase(joined.room);
  join_ = {};
  Timeline& timeline = room->second;
  return timeline.is_anchored() ? timeline.note_head(joined.head) : timeline.anchor(epoch_, joined.head);
}

Events FollowedRooms::take_batch(const Batch& batch) {
  const auto room = rooms_.find(batch.room);
  if (room == rooms_.end()) return {};
  check_epoch(batch.epoch);
  if (batch.epoch != epoch_) return {};
  if (!is_backlogged_ || batch.events.empty()) return room->second.take_batch(batch);
  return room->second.note_head(Sequence{batch.first.value + batch.events.size() - 1});
}

Events FollowedRooms::take_tick_heads(const Tick& tick) { return take_heads(tick.epoch, tick.heads); }

Events FollowedRooms::take_heads(const Epoch& epoch, const std::vector<RoomHead>& heads) {
  Events events;
  check_epoch(epoch);
  if (epoch != epoch_) return events;
  for (const auto& [name, head] : heads) {
    const auto room = rooms_.find(name);
    if (room != rooms_.end()) append(events, room->second.note_head(head));
  }
  return events;
}

Events FollowedRooms::follow_new(const std::string& room) {
  return rooms_.try_emplace(room, room, Sequence{1}).first->second.anchor(epoch_, Sequence{});
}

Events FollowedRooms::rename(const std::string& before, const std::string& now) {
  if (before == now || !are_direct(before, now)) return {};
  auto room = rooms_.extract(before);
  if (!room) return {};
  if (to_join_.erase(before) > 0) to_join_.insert(now);
  room.key() = now;
  room.mapped().rename(now);
  // Who follows it under both names keeps the one he has.
  rooms_.insert(std::move(room));
  return {event::RoomRenamed{before, now}};
}

bool FollowedRooms::seek_missing_direct_room(const std::vector<RoomHead>& heads) {
  bool is_any_missing = false;
  for (auto& [name, timeline] : rooms_) {
    const bool is_missing = timeline.is_anchored() && room_kind(name) == RoomKind::direct &&
                            std::ranges::find(heads, name, &RoomHead::room) == heads.end();
    if (is_missing) timeline.probe();
    is_any_missing = is_any_missing || is_missing;
  }
  return is_any_missing;
}

void FollowedRooms::check_epoch(const Epoch& epoch) {
  if (epoch != epoch_) wants_heads_ = true;
}

void FollowedRooms::feed_broke() {
  for (auto& [name, timeline] : rooms_) timeline.forget_ahead();
}

void FollowedRooms::connection_lost() {
  heads_ = join_ = {};
  for (auto& [name, timeline] : rooms_) timeline.connection_lost();
}

std::optional<Request> FollowedRooms::next(RequestId id, Moment now) {
  if (rooms_.empty()) return std::nullopt;
  if ((wants_heads_ || heads_.id) && now >= heads_.ask_at) {
    wants_heads_ = false;
    heads_ = {id, now + kReplyTimeout};
    for (auto& [name, timeline] : rooms_) timeline.expect_heads();
    return request::Heads{};
  }
  if (!to_join_.empty() && now >= join_.ask_at) {
    join_ = {id, now + kReplyTimeout};
    joining_ = *to_join_.begin();
    return request::Join{joining_};
  }
  return next_refill(id, now);
}

std::optional<Request> FollowedRooms::next_refill(RequestId id, Moment now) {
  if (is_backlogged_) return std::nullopt;
  for (auto& [name, timeline] : rooms_) {
    auto history = timeline.refill_due(now);
    if (!history) continue;
    timeline.refill_sent(id, now);
    return std::move(*history);
  }
  return std::nullopt;
}

std::optional<Moment> FollowedRooms::next_at() const {
  std::optional<Moment> earliest;
  const auto consider = [&earliest](Moment at) { earliest = earliest ? std::min(*earliest, at) : at; };
  if (rooms_.empty()) return earliest;
  if (wants_heads_ || heads_.id) consider(heads_.ask_at);
  if (!to_join_.empty()) consider(join_.ask_at);
  if (is_backlogged_) return earliest;
  for (const auto& [name, timeline] : rooms_) {
    if (const auto at = timeline.refill_at()) consider(*at);
  }
  return earliest;
}

std::optional<std::string> FollowedRooms::room_to_join(RequestId id) const {
  return id && id == join_.id ? std::optional(joining_) : std::nullopt;
}

Events FollowedRooms::heads(RequestId id, const reply::Heads& reply) {
  Events events;
  if (id != heads_.id) return events;
  heads_ = {};
  // A room whose JOIN is under way begins where JOINED says, not at a head that may be newer.
  const auto anchoring = reply.epoch == epoch_ ? Anchoring::left_to_joined : Anchoring::here;
  adopt(reply.epoch, events);
  judge(reply.rooms, anchoring, events);
  return events;
}

Events FollowedRooms::page(RequestId id, const reply::Page& page, Moment now) {
  const auto room = std::ranges::find_if(rooms_, [id](const auto& it) { return it.second.awaits(id); });
  if (room == rooms_.end()) return {};
  const auto [asked, named] = std::pair(room->first, page.batch.room);
  if (asked != named && !are_direct(asked, named)) return {};
  check_epoch(page.batch.epoch);
  if (page.batch.epoch != epoch_) {
    room->second.forget_question();
    return {};
  }
  auto events = room->second.take_page(page, now);
  append(events, rename(asked, named));
  return events;
}

Events FollowedRooms::refused(RequestId id, const Refusal& refusal, Moment now, double jitter) {
  Events events;
  if (id == heads_.id) {
    wants_heads_ = true;
    heads_ = {{}, now + pause_after(refusal, jitter)};
  }
  if (id == join_.id) {
    join_ = {{}, now + pause_after(refusal, jitter)};
    if (!refusal.retry_after_ms) append(events, may_not_join(joining_));
  }
  const auto room = std::ranges::find_if(rooms_, [id](const auto& it) { return it.second.awaits(id); });
  if (room == rooms_.end()) return events;
  // To somebody who was sent away from it, a private room is not there.
  const bool is_gone = refusal.code == RefusalCode::no_such_room;
  if (is_gone && !is_open_room(room->first)) {
    append(events, shut_out(std::string(room->first)));
    return events;
  }
  append(events, room->second.refill_refused(refusal, now, jitter));
  if (is_gone) to_join_.insert(room->first);
  return events;
}

/// An open room stays silent then; the others are next.
Events FollowedRooms::may_not_join(const std::string& room) {
  to_join_.erase(room);
  return is_open_room(room) ? Events{} : shut_out(std::string(room));
}

Events FollowedRooms::shut_out(const std::string& room) {
  if (!follows(room)) return {};
  unfollow(room);
  return {event::ShutOut{room}};
}

void FollowedRooms::adopt(const Epoch& epoch, Events& events) {
  if (epoch == epoch_) return;
  if (!epoch_.empty()) {
    events.emplace_back(event::EpochChanged{epoch_, epoch});
    for (auto& [name, timeline] : rooms_) {
      timeline.begin_anew();
      to_join_.insert(name);
    }
  }
  epoch_ = epoch;
}

void FollowedRooms::judge(const std::vector<RoomHead>& heads, Anchoring anchoring, Events& events) {
  for (auto& [name, timeline] : rooms_) {
    const auto found = std::ranges::find(heads, name, &RoomHead::room);
    if (found == heads.end()) {
      timeline.probe();
    } else if (timeline.is_anchored()) {
      // With a new epoch none is anchored: here, it is the WELCOME that speaks.
      const bool is_certain = anchoring == Anchoring::here;
      append(events, is_certain ? timeline.believe_head(found->head) : timeline.judge_head(found->head));
      if (timeline.doubts_head()) wants_heads_ = true;
    } else if (anchoring == Anchoring::here) {
      append(events, timeline.anchor(epoch_, found->head));
      to_join_.erase(name);
    }
  }
}

}  // namespace palabre
