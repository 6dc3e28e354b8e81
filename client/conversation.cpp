#include "client/conversation.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "schema/codec.hpp"
#include "schema/room_names.hpp"

namespace palabre {
namespace {

using namespace std::chrono_literals;

constexpr Milliseconds kHelloTimeout = 5s;
constexpr Milliseconds kFarewellTimeout = 1s;
/// Before a new talk socket: little, because libzmq itself paces the attempts of one socket.
constexpr Milliseconds kReopenPause = 100ms;
/// So many one after the other, a few tenths of a second apart, are no accident. A broker that was there
/// before may be full, or be started anew behind something that takes connections in its place meanwhile (a
/// tunnel, a container's proxy): so many more, in some ten seconds.
constexpr unsigned kHandshakesFailedMax = 3;
constexpr unsigned kHandshakesFailedMaxLater = 30;

/// From any 64 random bits to what the wire takes: 1 to 2^53 - 1.
std::uint64_t as_wire_integer(std::uint64_t random) { return random % limits::kIntegerMax + 1; }

}  // namespace

Conversation::Conversation(Options options)
    : options_(std::move(options.client)),
      invite_(std::move(options.invite)),
      is_encrypted_(options.is_encrypted),
      random_(options.seed),
      run_(options.kept ? options.kept->run : RunId{as_wire_integer(random_())}),
      posts_(begin_posts(options.kept)) {
  tell_link(event::LinkState::connecting, "connecting to " + options_.server);
}

PendingPosts Conversation::begin_posts(const std::optional<KeptPosts>& kept) {
  auto make_outbox = [this] { return OutboxId{as_wire_integer(random_())}; };
  return kept ? PendingPosts(make_outbox, *kept) : PendingPosts(make_outbox);
}

void Conversation::await_welcome(CallNumber call, Moment deadline) {
  if (stage_ == Stage::refused) {
    finish({{call, *end_}});
  } else if (stage_ == Stage::welcomed) {
    finish({{call, Reply(*welcome_)}});
  } else {
    waiters_.push_back({call, deadline});
  }
}

void Conversation::call(CallNumber call, Request request, Moment deadline) {
  if (stage_ == Stage::refused) {
    finish({{call, *end_}});
  } else {
    calls_.add(call, std::move(request), deadline, posts_.last());
  }
}

void Conversation::follow(const std::string& room, std::optional<Sequence> from, Moment now) {
  if (!rooms_.follow(room, from)) return;
  if (is_feed_open_) {
    std::ranges::move(topics_of(room), std::back_inserter(effects_.subscriptions));
  } else if (stage_ == Stage::welcomed) {
    open_feed(now);
  }
}

void Conversation::unfollow(const std::string& room) {
  if (!rooms_.follows(room)) return;
  rooms_.unfollow(room);
  if (is_feed_open_) std::ranges::move(topics_of(room), std::back_inserter(effects_.unsubscriptions));
}

void Conversation::post(Counter ticket, std::string room, std::string text) {
  posts_.add(ticket, std::move(room), std::move(text));
}

void Conversation::say_goodbye(Moment now) {
  if (stage_ != Stage::welcomed) {
    stage_ = Stage::over;
    return;
  }
  send(take_id(), request::Goodbye{}, now);
  stage_ = Stage::leaving;
  leave_at_ = now + kFarewellTimeout;
}

void Conversation::set_backlogged(bool is_backlogged) {
  is_backlogged_ = is_backlogged;
  rooms_.set_backlogged(is_backlogged);
}

/// A socket that is about to be replaced is not spoken on any more.
void Conversation::talk_up(Moment now) {
  handshakes_failed_ = 0;
  if (stage_ == Stage::unconnected && !reopen_at_) say_hello(now);
}

/// Before the WELCOME libzmq's own attempts go on. After it a new socket is due, whose queue holds no stale
/// frame.
void Conversation::talk_down(Moment now) {
  last_turning_away_.reset();
  if (stage_ == Stage::greeting) stage_ = Stage::unconnected;
  if (stage_ == Stage::welcomed) lose(now, "the connection to " + options_.server + " broke");
  if (stage_ == Stage::leaving) stage_ = Stage::over;
}

void Conversation::talk_failed(const std::string& why) {
  if (why == last_failure_ || stage_ == Stage::refused) return;
  last_failure_ = why;
  tell_link(event::LinkState::connecting, why);
}

void Conversation::not_admitted() {
  if (stage_ != Stage::unconnected) return;
  const auto sentence = options_.server +
                        " does not take this key: it is banned, or it is nobody's and nobody new is taken "
                        "('palabre keygen' prints it for the operator)";
  give_up({ProblemKind::refused, refuse(RefusalCode::not_registered, sentence), sentence});
}

/// A broker that has another key than the one we know cannot read our first word, and hangs up. So does one
/// that ends or is full at that moment, which is why the first times say little.
void Conversation::handshake_failed() {
  ++handshakes_failed_;
  if (is_encrypted_ && handshakes_failed_ >= (welcome_ ? kHandshakesFailedMaxLater : kHandshakesFailedMax))
    return another_key();
  talk_failed(why_of_another_key());
}

void Conversation::another_key() {
  if (!is_encrypted_) return talk_failed(why_of_another_key());
  give_up({ProblemKind::untrusted, {}, why_of_another_key()});
}

std::string Conversation::why_of_another_key() const {
  const auto& server = options_.server;
  if (!is_encrypted_) return server + " hangs up: if it is encrypted, its invitation is needed";
  return server + " does not have the key that " + options_.broker_key_origin + " says it has";
}

void Conversation::advance(Moment now) {
  expire(now);
  watch_connection(now);
  if (stage_ == Stage::welcomed) send_what_is_due(now);
}

void Conversation::watch_connection(Moment now) {
  if (reopen_at_ && now >= *reopen_at_) {
    reopen_at_.reset();
    effects_.reopens_talk = true;
  }
  if (stage_ == Stage::greeting && now >= hello_until_) {
    if (was_turned_away_) {
      say_hello(now);
    } else {
      lose(now, options_.server + " takes connections but does not answer");
    }
  }
  if (stage_ == Stage::leaving && now >= leave_at_) stage_ = Stage::over;
  if (stage_ != Stage::welcomed) return;
  if (heartbeat_.is_dead(now)) {
    lose(now, options_.server + " has been silent for too long");
  } else if (is_feed_open_ && feed_watch_.is_dead(now)) {
    open_feed(now);
    rooms_.want_heads();
  }
}

void Conversation::send_what_is_due(Moment now) {
  while (auto post = posts_.next(next_id_, now)) send(take_id(), Request(std::move(*post)), now);
  while (auto request = calls_.next(next_id_, now, posts_.first_unanswered())) send(take_id(), *request, now);
  while (auto request = rooms_.next(next_id_, now)) send(take_id(), *request, now);
  if (now < heartbeat_.ping_at(rooms_.has_private())) return;
  send(take_id(), request::Ping{}, now);
  heartbeat_.pinged(now);
}

Moment Conversation::wake_at(Moment now) const {
  Moment earliest = now + 1h;
  const auto consider = [&earliest](std::optional<Moment> at) {
    if (at) earliest = std::min(earliest, *at);
  };
  consider(reopen_at_);
  consider(calls_.expires_at());
  for (const Waiter& waiter : waiters_) consider(waiter.deadline);
  if (stage_ == Stage::greeting) consider(hello_until_);
  if (stage_ == Stage::leaving) consider(leave_at_);
  if (stage_ != Stage::welcomed) return earliest;
  consider(calls_.next_at(posts_.first_unanswered()));
  consider(rooms_.next_at());
  consider(posts_.next_at(now));
  consider(heartbeat_.ping_at(rooms_.has_private()));
  consider(heartbeat_.dead_at());
  if (is_feed_open_) consider(feed_watch_.dead_at());
  return earliest;
}

Effects Conversation::take_effects() {
  effects_.kept = posts_.take_records();
  return std::exchange(effects_, {});
}

void Conversation::say_hello(Moment now) {
  stage_ = Stage::greeting;
  was_turned_away_ = false;
  hello_until_ = now + kHelloTimeout;
  hello_ = take_id();
  rooms_.expect_welcome();
  send(hello_, request::Hello{limits::kProtocolVersion, options_.name, options_.token, run_, invite_}, now);
}

void Conversation::lose(Moment now, const std::string& why) {
  stage_ = Stage::unconnected;
  last_turning_away_.reset();
  forget_requests();
  is_feed_open_ = false;
  reopen_at_ = now + spread(kReopenPause, jitter());
  if (is_announced_) tell_link(event::LinkState::lost, why);
  is_announced_ = false;
}

void Conversation::forget_requests() {
  calls_.connection_lost();
  rooms_.connection_lost();
  posts_.connection_lost();
}

/// Without a room there is nothing to hear, and a feed that has died is not to be waited for.
void Conversation::open_feed(Moment now) {
  is_feed_open_ = options_.wants_feed && !rooms_.is_empty();
  if (!is_feed_open_) return;
  feed_watch_.opened(now, jitter());
  rooms_.feed_broke();
  effects_.feed_port = welcome_->feed_port;
  effects_.subscriptions.clear();
  effects_.unsubscriptions.clear();
  for (const auto& room : rooms_.names()) {
    std::ranges::move(topics_of(room), std::back_inserter(effects_.subscriptions));
  }
  // Last, so that the first tick proves that the others have taken effect.
  effects_.subscriptions.emplace_back(kTickTopic);
}

void Conversation::expire(Moment now) {
  const Problem problem = problem_at_deadline();
  finish(calls_.expire(now, problem));
  for (const Waiter& waiter : waiters_) {
    if (now >= waiter.deadline) finish({{waiter.call, problem}});
  }
  std::erase_if(waiters_, [now](const Waiter& waiter) { return now >= waiter.deadline; });
}

Problem Conversation::problem_at_deadline() const {
  if (stage_ == Stage::welcomed)
    return {ProblemKind::timed_out, {}, options_.server + " did not answer in time"};
  if (last_turning_away_) return {ProblemKind::refused, *last_turning_away_, last_failure_};
  const std::string why =
      last_failure_.empty() ? "no palabre broker answers at " + options_.server : last_failure_;
  return {ProblemKind::unreachable, {}, why};
}

void Conversation::send(RequestId id, const Request& request, Moment now) {
  effects_.frames.push_back(encode(id, request));
  heartbeat_.sent(now);
}

void Conversation::tell(Events events) { std::ranges::move(events, std::back_inserter(effects_.events)); }

void Conversation::tell_link(event::LinkState state, std::string text) {
  effects_.events.emplace_back(event::Link{state, std::move(text)});
}

void Conversation::finish(std::vector<Finished> finished) {
  std::ranges::move(finished, std::back_inserter(effects_.finished));
}

std::vector<std::string> Conversation::topics_of(const std::string& room) const {
  if (!is_open_room(room)) return {};  // the talk port brings it
  if (!options_.wants_notices) return {room_topic(room)};
  return {room_topic(room), notice_topic(room)};
}

RequestId Conversation::take_id() { return std::exchange(next_id_, next_id_.next()); }

double Conversation::jitter() { return std::generate_canonical<double, 53>(random_); }

}  // namespace palabre
