#include <algorithm>
#include <utility>

#include "client/conversation.hpp"
#include "schema/codec.hpp"

namespace palabre {

void Conversation::take_talk(std::string_view frame, Moment now) {
  heartbeat_.received(now);
  auto decoded = decode_reply(frame);
  // 0 answers a request that the broker could not read: ours can be read, and what is lost is asked again.
  if (!decoded || !decoded->id) return;
  std::visit([&](const auto& reply) { on(decoded->id, reply, now); }, decoded->body);
}

void Conversation::take_feed(std::string_view topic, std::string_view body, Moment now) {
  if (topic == kTickTopic) return take_tick(body, now);
  if (topic.starts_with("notice/")) return take_notice(body);
  if (const auto batch = decode_batch(body)) tell(rooms_.take_batch(*batch));
}

void Conversation::take_tick(std::string_view body, Moment now) {
  const auto tick = decode_tick(body);
  if (!tick) return;
  if (feed_watch_.tick(tick->number, now)) rooms_.want_heads();
  tell(rooms_.take_tick_heads(*tick));
}

void Conversation::take_notice(std::string_view body) {
  if (is_backlogged_) return;
  const auto notice = decode_notice(body);
  if (!notice || !rooms_.follows(notice->room)) return;
  for (const NoticeEvent& what : notice->events) {
    effects_.events.emplace_back(event::Notice{notice->room, notice->time, what});
  }
}

void Conversation::on(RequestId id, const reply::Welcome& welcome, Moment now) {
  if (stage_ != Stage::greeting || id != hello_) return;
  stage_ = Stage::welcomed;
  welcome_ = welcome;
  last_failure_.clear();
  heartbeat_.start(Milliseconds(welcome.heartbeat_ms), now);
  posts_.set_limits(welcome.limits);
  if (!is_announced_) tell_link(event::LinkState::connected, "connected to " + options_.server);
  is_announced_ = true;
  tell(rooms_.welcomed(welcome));
  for (const Waiter& waiter : waiters_) finish({{waiter.call, Reply(welcome)}});
  waiters_.clear();
  if (!is_feed_open_) open_feed(now);
}

void Conversation::on(RequestId id, const reply::Stored& stored, Moment now) {
  if (welcome_) tell(posts_.stored(id, stored, welcome_->client, now));
}

void Conversation::on(RequestId id, const reply::Joined& joined, Moment) {
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
  tell(rooms_.refused(id, refusal, now, random));
  if (auto finished = calls_.refused(id, refusal, now, random)) finish({std::move(*finished)});
}

void Conversation::answer_call(RequestId id, Reply reply) {
  if (auto finished = calls_.answered(id, std::move(reply))) finish({std::move(*finished)});
}

void Conversation::hello_refused(const Refusal& refusal, Moment now) {
  if (refusal.retry_after_ms) {
    was_turned_away_ = true;
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
