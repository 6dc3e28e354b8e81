#include "client/client.hpp"

#include <poll.h>

#include <algorithm>
#include <random>
#include <set>
#include <utility>

#include "client/conversation.hpp"
#include "client/finished_calls.hpp"
#include "client/link.hpp"
#include "client/outbox_file.hpp"
#include "client/server_address.hpp"
#include "client/signalled_queue.hpp"
#include "schema/room_names.hpp"
#include "schema/text.hpp"

namespace palabre {
namespace {

using namespace std::chrono_literals;

/// With more events unread than this, no history is fetched and the feed is only noted; it goes on below the
/// second.
constexpr std::size_t kEventsMax = 65536;
constexpr std::size_t kEventsResume = kEventsMax / 2;
/// Posts beyond this are refused `busy` until some are acknowledged.
constexpr std::size_t kUnacknowledgedMax = 16384;
constexpr std::uint64_t kPostRetryMs = 50;
/// Longer than anybody waits, and short enough to be added to any time.
constexpr Milliseconds kForever = 24h * 365;

std::uint64_t random_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

bool is_fate_of_post(const ClientEvent& event) {
  return std::holds_alternative<event::Stored>(event) || std::holds_alternative<event::PostRefused>(event);
}

}  // namespace

/// The application's side: queues to and from the link's thread, and what bounds them.
class Client::Implementation {
 public:
  explicit Implementation(ClientOptions options) {
    auto address = read_server(options.server);
    if (const auto* bad = std::get_if<BadAddress>(&address)) {
      broke_down({ProblemKind::unreachable, {}, bad->sentence});
      return;
    }
    const auto& [server, broker_key, invite] = std::get<TalkAddress>(address);
    options.server = server;
    LinkKeys keys;
    if (!broker_key.empty()) {
      const auto secret = read_key(options.secret_key);
      if (!secret) {
        broke_down({ProblemKind::broken, {}, "an encrypted broker needs a secret key"});
        return;
      }
      keys = {broker_key, pair_of(*secret)};
    }
    if (!options.outbox_file.empty()) resume(options);
    const auto kept = outbox_ ? std::optional(outbox_->posts()) : std::nullopt;
    link_.emplace(Conversation::Options{std::move(options), random_seed(), kept, invite, !broker_key.empty()},
                  std::move(keys), listener());
  }

  void tell(Link::Command command) {
    if (link_) link_->tell(std::move(command));
  }

  /// Lets `start` begin a call on the link's thread and waits for its answer.
  Answer<Reply> call(std::function<void(Conversation&, CallNumber, Moment now, Moment deadline)> start,
                     Milliseconds timeout) {
    const CallNumber number = next_call_;
    next_call_ = next_call_.next();
    const auto time = std::min(timeout, kForever);
    tell([=, start = std::move(start)](Conversation& conversation, Moment now) {
      start(conversation, number, now, now + time);
    });
    return finished_.wait(number);
  }

  template <class ReplyKind>
  Answer<ReplyKind> ask(Request request, Milliseconds timeout) {
    return expect<ReplyKind>(call(
        [request = std::move(request)](Conversation& conversation, CallNumber number, Moment,
                                       Moment deadline) { conversation.call(number, request, deadline); },
        timeout));
  }

  template <class ReplyKind>
  static Answer<ReplyKind> expect(Answer<Reply> answer) {
    if (auto* problem = std::get_if<Problem>(&answer)) return std::move(*problem);
    if (auto* reply = std::get_if<ReplyKind>(&std::get<Reply>(answer))) return std::move(*reply);
    return Problem{ProblemKind::timed_out, {}, "the broker gave an answer of another kind"};
  }

  Result<Counter> post(const std::string& room, std::string text) {
    if (!is_room(room)) return refuse(RefusalCode::bad_room);
    if (auto refusal = refuse_text(text)) return std::move(*refusal);
    if (unacknowledged_ >= kUnacknowledgedMax || events_.size() >= 2 * kEventsMax) {
      Refusal full =
          refuse(RefusalCode::busy, "too many posts wait for their acknowledgement, or events to be read");
      full.retry_after_ms = kPostRetryMs;
      return full;
    }
    const Counter ticket = next_ticket_;
    next_ticket_ = next_ticket_.next();
    ++unacknowledged_;
    tell([=, text = std::move(text)](Conversation& conversation, Moment) {
      conversation.post(ticket, room, text);
    });
    return ticket;
  }

  std::optional<ClientEvent> next_event(Milliseconds timeout) {
    const auto deadline = std::chrono::steady_clock::now() + std::min(timeout, kForever);
    auto event = events_.pop();
    while (!event && wait_for_event(deadline)) event = events_.pop();
    if (event && is_fate_of_post(*event)) --unacknowledged_;
    // The link's thread looks again whether it may go on.
    if (event && events_.size() + 1 == kEventsResume) tell([](Conversation&, Moment) {});
    return event;
  }

  ~Implementation() {
    link_.reset();
    if (outbox_ && is_outbox_done_) outbox_->remove();
  }
  Implementation(const Implementation&) = delete;
  Implementation& operator=(const Implementation&) = delete;

  std::size_t unacknowledged() const { return unacknowledged_; }
  const Resumed& resumed() const { return resumed_; }
  void discard_outbox() { is_outbox_done_ = true; }
  int event_descriptor() const { return events_.descriptor(); }

  std::set<std::string> followed;  ///< rooms whose follow() succeeded
  bool wants_feed = true;

 private:
  void resume(const ClientOptions& options) {
    outbox_.emplace(options.outbox_file, options.name);
    const auto& kept = outbox_->posts();
    resumed_ = {kept.last, kept.pending.size(), kept.refused, kept.texts};
    next_ticket_ = kept.last.next();
    unacknowledged_ = kept.pending.size();
  }

  Link::Listener listener() {
    return {[this](const auto& records) { outbox_->append(records); },
            [this](Events events) { events_.push_all(std::move(events)); },
            [this](Finished finished) { finished_.put(std::move(finished)); },
            [this] { return is_backlogged(); }, [this](const Problem& problem) { broke_down(problem); }};
  }

  bool is_backlogged() {
    const auto size = events_.size();
    if (size > kEventsMax) is_backlogged_ = true;
    if (size < kEventsResume) is_backlogged_ = false;
    return is_backlogged_;
  }

  void broke_down(const Problem& problem) {
    events_.push(event::Link{event::LinkState::refused, problem.text});
    finished_.close(problem);
  }

  /// False when the time is over.
  bool wait_for_event(Moment deadline) const {
    const auto left = std::chrono::ceil<Milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left <= 0ms) return false;
    pollfd item{events_.descriptor(), POLLIN, 0};
    const int time = static_cast<int>(std::min<std::int64_t>(left.count(), 3600 * 1000));
    return poll(&item, 1, time) >= 0;
  }

  SignalledQueue<ClientEvent> events_;
  FinishedCalls finished_;
  std::size_t unacknowledged_ = 0;
  bool is_backlogged_ = false;  ///< of the link's thread
  CallNumber next_call_{1};
  Counter next_ticket_{1};
  Resumed resumed_;
  bool is_outbox_done_ = false;
  std::optional<OutboxFile> outbox_;  ///< of the link's thread, while there is one
  std::optional<Link> link_;          ///< last, so that its thread ends before what it uses
};

Client::Client(ClientOptions options) {
  const bool wants_feed = options.wants_feed;
  implementation_ = std::make_unique<Implementation>(std::move(options));
  implementation_->wants_feed = wants_feed;
}

Client::~Client() = default;

Answer<reply::Welcome> Client::connect(Milliseconds timeout) {
  return Implementation::expect<reply::Welcome>(
      implementation_->call([](Conversation& conversation, CallNumber number, Moment,
                               Moment deadline) { conversation.await_welcome(number, deadline); },
                            timeout));
}

Result<Counter> Client::post(const std::string& room, std::string text) {
  return implementation_->post(room, std::move(text));
}

std::size_t Client::unacknowledged() const { return implementation_->unacknowledged(); }

Resumed Client::resumed() const { return implementation_->resumed(); }

void Client::discard_outbox() { implementation_->discard_outbox(); }

Answer<reply::Joined> Client::follow(const std::string& room, std::optional<Sequence> from,
                                     Milliseconds timeout) {
  if (!implementation_->wants_feed) {
    const Refusal refusal = refuse(RefusalCode::not_allowed, "this client was made without a feed");
    return Problem{ProblemKind::refused, refusal, refusal.text};
  }
  auto answer = Implementation::expect<reply::Joined>(implementation_->call(
      [=](Conversation& conversation, CallNumber number, Moment now, Moment deadline) {
        conversation.follow(room, from, now);
        conversation.call(number, request::Join{room}, deadline);
      },
      timeout));
  if (std::holds_alternative<reply::Joined>(answer)) {
    implementation_->followed.insert(room);
  } else if (!implementation_->followed.contains(room)) {
    unfollow(room);
  }
  return answer;
}

void Client::unfollow(const std::string& room) {
  implementation_->followed.erase(room);
  implementation_->tell([=](Conversation& conversation, Moment) { conversation.unfollow(room); });
}

Answer<reply::Joined> Client::join(const std::string& room, Milliseconds timeout) {
  return implementation_->ask<reply::Joined>(request::Join{room}, timeout);
}

Answer<reply::Left> Client::leave(const std::string& room, Milliseconds timeout) {
  auto answer = implementation_->ask<reply::Left>(request::Leave{room}, timeout);
  if (std::holds_alternative<reply::Left>(answer)) implementation_->followed.erase(room);
  return answer;
}

Answer<reply::Page> Client::history(const request::History& wanted, Milliseconds timeout) {
  return implementation_->ask<reply::Page>(wanted, timeout);
}

Answer<reply::Row> Client::row(const request::Row& wanted, Milliseconds timeout) {
  return implementation_->ask<reply::Row>(wanted, timeout);
}

Answer<reply::Rooms> Client::rooms(Milliseconds timeout) {
  return implementation_->ask<reply::Rooms>(request::Rooms{}, timeout);
}

Answer<reply::Who> Client::who(const request::Who& wanted, Milliseconds timeout) {
  return implementation_->ask<reply::Who>(wanted, timeout);
}

Answer<reply::Whois> Client::whois(const std::string& name, Milliseconds timeout) {
  return implementation_->ask<reply::Whois>(request::Whois{name}, timeout);
}

Answer<reply::Pong> Client::ping(Milliseconds timeout) {
  return implementation_->ask<reply::Pong>(request::Ping{}, timeout);
}

Answer<reply::Moderated> Client::moderate(const request::Moderate& wanted, Milliseconds timeout) {
  return implementation_->ask<reply::Moderated>(wanted, timeout);
}

Answer<reply::Audit> Client::audit(const request::Audit& wanted, Milliseconds timeout) {
  return implementation_->ask<reply::Audit>(wanted, timeout);
}

std::optional<ClientEvent> Client::next_event(Milliseconds timeout) {
  return implementation_->next_event(timeout);
}

int Client::event_descriptor() const { return implementation_->event_descriptor(); }

}  // namespace palabre
