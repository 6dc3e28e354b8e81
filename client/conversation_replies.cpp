#include <algorithm>
#include <utility>

#include "client/conversation.hpp"
#include "schema/codec.hpp"
#include "schema/room_names.hpp"

namespace palabre {

void Conversation::take_talk(std::string_view frame, Moment now) {
  heartbeat_.received(now);
  auto decoded = decode_reply(frame);
  if (!decoded) return;
  // 0 is of what nobody asked for, such as a message. Or it answers a request that the broker could not read:
  // ours can be read, and what is lost is asked again.
  const bool is_unasked = std::holds_alternative<reply::Said>(decoded->body) ||
                          std::holds_alternative<reply::Noticed>(decoded->body);
  if (is_unasked == static_cast<bool>(decoded->id)) return;
  std::visit([&](const auto& reply) { on(decoded->id, reply, now); }, decoded->body);
}

void Conversation::take_feed(std::string_view topic, std::string_view body, Moment now) {
  if (topic == kTickTopic) return take_tick(body, now);
  if (topic.starts_with("notice/")) {
    if (const auto notice = decode_notice(body)) take_notice(*notice);
    return;
  }
  if (const auto batch = decode_batch(body)) tell(rooms_.take_batch(*batch));
}

void Conversation::take_tick(std::string_view body, Moment now) {
  const auto tick = decode_tick(body);
  if (!tick) return;
  // The first one, too: libzmq may have connected anew between the opening of the feed and its tick.
  if (feed_watch_.tick(tick->number, now)) {
    rooms_.feed_broke();
    rooms_.want_heads();
  }
  tell(rooms_.take_tick_heads(*tick));
}

void Conversation::take_notice(const Notice& notice) {
  for (const NoticeEvent& what : notice.events) {
    const bool is_rename = what.kind == NoticeKind::renamed;
    if (is_rename) rename_room(direct_room(what.was), direct_room(what.name));
    if (is_rename && welcome_ && what.client == welcome_->client) be_called(what.name);
    if ((is_backlogged_ && !is_rename) || !is_for_us(notice, what)) continue;
    effects_.events.emplace_back(event::Notice{notice.room, notice.time, what});
    const bool sends_away = what.kind == NoticeKind::kicked || what.kind == NoticeKind::banned;
    if (sends_away && what.client == welcome_->client) tell(rooms_.shut_out(notice.room));
  }
}

/// Every room of ours tells of a new name, and each WELCOME says it.
void Conversation::be_called(const std::string& name) {
  const auto before = std::exchange(welcome_->name, name);
  if (before != name) effects_.events.emplace_back(event::NameChanged{before, name});
}

bool Conversation::is_for_us(const Notice& notice, const NoticeEvent& what) const {
  return rooms_.follows(notice.room) || (!is_open_room(notice.room) && what.client == welcome_->client);
}

void Conversation::on(RequestId, const reply::Said& said, Moment) {
  if (stage_ != Stage::welcomed) return;
  meet_direct_room(said.batch.room);
  tell(rooms_.take_batch(said.batch));
}

void Conversation::on(RequestId, const reply::Noticed& noticed, Moment) {
  if (stage_ == Stage::welcomed) take_notice(noticed.notice);
}

void Conversation::rename_room(const std::string& before, const std::string& now) {
  if (known_direct_rooms_.contains(before)) known_direct_rooms_.insert(now);
  tell(rooms_.rename(before, now));
}

void Conversation::meet_direct_rooms(const std::vector<RoomHead>& rooms) {
  is_room_missing_ = rooms_.seek_missing_direct_room(rooms);
  for (const auto& [room, head] : rooms) meet_direct_room(room);
}

void Conversation::meet_direct_room(const std::string& room) {
  const bool is_wanted = options_.follows_new_direct_rooms && room_kind(room) == RoomKind::direct;
  if (!is_wanted || is_room_missing_ || rooms_.follows(room) || known_direct_rooms_.contains(room)) return;
  tell(rooms_.follow_new(room));
}

void Conversation::on(RequestId id, const reply::Welcome& welcome, Moment now) {
  if (stage_ != Stage::greeting || id != hello_) return;
  stage_ = Stage::welcomed;
  if (!welcome_) {
    for (const auto& [room, head] : welcome.rooms) known_direct_rooms_.insert(room);
  } else {
    be_called(welcome.name);
  }
  welcome_ = welcome;
  last_failure_.clear();
  heartbeat_.start(Milliseconds(welcome.heartbeat_ms), now);
  posts_.set_limits(welcome.limits);
  if (!is_announced_) tell_link(event::LinkState::connected, "connected to " + options_.server);
  is_announced_ = true;
  tell(rooms_.welcomed(welcome));
  meet_direct_rooms(welcome.rooms);
  tell(rooms_.take_heads(welcome.epoch, welcome.rooms));
  for (const Waiter& waiter : waiters_) finish({{waiter.call, Reply(welcome)}});
  waiters_.clear();
  if (!is_feed_open_) open_feed(now);
}

void Conversation::on(RequestId id, const reply::Stored& stored, Moment now) {
  if (welcome_) tell(posts_.stored(id, stored, welcome_->client, now));
}

void Conversation::on(RequestId id, const reply::Joined& joined, Moment) {
  const auto asked = calls_.awaits(id) ? calls_.room_to_join(id) : rooms_.room_to_join(id);
  if (asked) rename_room(*asked, joined.room);
  tell(rooms_.joined(joined));
  answer_call(id, joined);
}

void Conversation::on(RequestId id, const reply::Left& left, Moment) {
  // The answer to a LEAVE that was given up may come after the application follows the room again.
  if (calls_.awaits(id)) unfollow(left.room);
  answer_call(id, left);
}

void Conversation::on(RequestId id, const reply::Page& page, Moment now) {
  if (calls_.awaits(id)) return answer_call(id, page);
  tell(rooms_.page(id, page, now));
}

void Conversation::on(RequestId id, const reply::Heads& heads, Moment) { tell(rooms_.heads(id, heads)); }

void Conversation::on(RequestId id, const reply::Pong& pong, Moment) {
  rooms_.check_epoch(pong.epoch);
  meet_direct_rooms(pong.rooms);
  tell(rooms_.take_heads(pong.epoch, pong.rooms));
  answer_call(id, pong);
}

void Conversation::on(RequestId, const reply::Farewell&, Moment) {
  if (stage_ == Stage::leaving) stage_ = Stage::over;
}

template <class Other>
void Conversation::on(RequestId id, const Other& reply, Moment) {
  answer_call(id, reply);
}

void Conversation::on(RequestId id, const Refusal& refusal, Moment now) {
  if (stage_ == Stage::greeting) {
    if (id == hello_) hello_refused(refusal, now);
    return;
  }
  if (stage_ != Stage::welcomed) return;
  if (refusal.code == RefusalCode::hello_first) {
    // The broker has forgotten this connection; whatever was under way is asked again after the WELCOME.
    forget_requests();
    return say_hello(now);
  }
  const double random = jitter();
  tell(posts_.refused(id, refusal, now, random));
  tell_shut_out(rooms_.refused(id, refusal, now, random));
  if (auto finished = calls_.refused(id, refusal, now, random)) finish({std::move(*finished)});
}

/// A direct room that is not there any more is a new one when it is heard of again.
void Conversation::tell_shut_out(Events events) {
  for (const auto& event : events) {
    if (const auto* shut_out = std::get_if<event::ShutOut>(&event)) known_direct_rooms_.erase(shut_out->room);
  }
  tell(std::move(events));
}

void Conversation::answer_call(RequestId id, Reply reply) {
  if (auto finished = calls_.answered(id, std::move(reply))) finish({std::move(*finished)});
}

void Conversation::hello_refused(const Refusal& refusal, Moment now) {
  if (refusal.retry_after_ms) {
    was_turned_away_ = true;
    last_turning_away_ = refusal;
    hello_until_ = now + spread(Milliseconds(*refusal.retry_after_ms), jitter());
    return talk_failed(options_.server + " asks to try again later: " + refusal.text);
  }
  give_up({ProblemKind::refused, refusal, refusal.text});
}

void Conversation::give_up(const Problem& problem) {
  stage_ = Stage::refused;
  end_ = problem;
  for (const Waiter& waiter : waiters_) finish({{waiter.call, problem}});
  waiters_.clear();
  finish(calls_.end_all(problem));
  effects_.closes_sockets = true;
  tell_link(event::LinkState::refused, problem.text);
}

}  // namespace palabre
