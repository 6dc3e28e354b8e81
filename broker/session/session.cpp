#include "broker/session/session.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <numeric>
#include <string>
#include <utility>

#include "broker/session/token_hash.hpp"
#include "broker/threads/named_thread.hpp"
#include "schema/codec.hpp"
#include "schema/limits.hpp"

namespace palabre::broker {
namespace {

std::size_t bytes_of(std::span<const RequestFrame> requests) {
  return std::transform_reduce(requests.begin(), requests.end(), std::size_t{0}, std::plus<>{},
                               [](const RequestFrame& request) { return request.bytes.size(); });
}

// What a long text costs everybody who is sent it, it costs its sender, too.
constexpr std::size_t kBytesOfAMessage = 256;
constexpr auto kUnderWay = std::chrono::seconds(1);
// As much as the longest text, each 20 ms: what one who is alone may post in the long run, and no burst.
constexpr std::size_t kPartBytes = limits::kTextBytesMax;
constexpr double kPartSeconds = 0.02;

SessionRates full_rates(ClientNumber client, const SessionTools& tools) {
  const auto& most = tools.per_identity;
  const auto share = static_cast<double>(most.share_of(tools.reads.name_of(client)));
  return {PostingRate(client, share * most.messages, tools.spare), TokenBucket(share * most.changes),
          TokenBucket(share * most.reads)};
}

TokenBucket pace_of(ClientNumber client, const SessionTools& tools) {
  const auto& most = tools.per_identity;
  const auto share = static_cast<double>(most.messages > 0 ? most.share_of(tools.reads.name_of(client)) : 0);
  return TokenBucket(share * kPartBytes / kPartSeconds, kPartSeconds);
}

}  // namespace

Session::Session(ClientNumber client, const SessionTools& tools, const std::optional<SessionRates>& rates)
    : client_(client),
      tools_(tools),
      mailbox_(tools.waiting_max.requests),
      rates_(rates ? *rates : full_rates(client, tools)),
      pace_(pace_of(client, tools)),
      thread_(start_thread("session-" + std::to_string(client.value), [this] { run(); })) {}

GroupPush Session::deliver(std::span<RequestFrame> requests) {
  const auto fitting = requests.first(count_within_bytes(requests));
  // Counted before they are in: the thread may be done with them sooner than this function.
  waiting_bytes_ += bytes_of(fitting);
  const auto push = mailbox_.try_push_all(fitting);
  waiting_bytes_ -= bytes_of(fitting.subspan(push.count));
  const bool is_too_long = push.rest == Push::taken && fitting.size() < requests.size();
  return {push.count, is_too_long ? Push::full : push.rest};
}

std::size_t Session::count_within_bytes(std::span<const RequestFrame> requests) const {
  std::size_t bytes = waiting_bytes_;
  std::size_t count = 0;
  for (const auto& request : requests) {
    bytes += request.bytes.size();
    if (bytes > tools_.waiting_max.bytes && bytes > request.bytes.size()) break;
    ++count;
  }
  return count;
}

void Session::vanished(ConnectionId connection) { mailbox_.push_control(Vanished{connection}); }

void Session::finish() {
  mailbox_.close();
  if (thread_.joinable()) thread_.join();
}

void Session::finish_departed() {
  has_departed_ = true;
  finish();
}

void Session::run() {
  std::vector<Item> items;
  while (mailbox_.drain(items)) {
    for (auto& item : items) {
      // One by one: at the pace of a long post all of them may take seconds.
      const auto bytes = bytes_in(item);
      std::visit([this](auto& one) { handle(std::move(one)); }, item);
      waiting_bytes_ -= bytes;
    }
    hand_over();
  }
}

std::size_t Session::bytes_in(const Item& item) {
  const auto* request = std::get_if<RequestFrame>(&item);
  return request == nullptr ? 0 : request->bytes.size();
}

void Session::handle(RequestFrame frame) {
  auto decoded = decode_request(frame.bytes);
  const Origin origin{client_, frame.connection, decoded.id};
  if (!decoded.body) {
    if (may(rates_.reads, 1, origin)) refuse_with(origin, decoded.body.refusal());
    return;
  }
  std::visit([&](auto& request) { answer(origin, request); }, *decoded.body);
}

void Session::handle(Vanished vanished) {
  commands_.emplace_back(command::Depart{{client_, vanished.connection, RequestId{}}});
}

void Session::answer(const Origin& origin, request::Hello& hello) {
  command::Admit admit{origin.connection, origin.request, std::move(hello.name), hash_token(hello.token),
                       hello.run};
  admit.is_said_again = true;
  change(origin, std::move(admit));
}

void Session::answer(const Origin& origin, request::Post& post) {
  if (tools_.memory.is_short()) return refuse_with(origin, refuse_for_memory());
  if (is_behind_refused(post)) return refuse_with(origin, refuse(RefusalCode::too_fast));
  const auto count = std::max(post.texts.size(), post.texts.bytes() / kBytesOfAMessage);
  const Refused place{post.outbox, post.counter, std::chrono::steady_clock::now() + kUnderWay};
  if (may(rates_.messages, count, origin)) {
    hand_on(origin, std::move(post));
  } else {
    too_fast_ = place;
  }
}

/// All have to take what one posts before they see what others say behind it: 200 KB for fifty others are ten
/// megabytes to encipher. So it is handed on at a pace, and a long post in parts, between which others' come.
void Session::hand_on(const Origin& origin, request::Post post) {
  if (post.texts.bytes() <= kPartBytes || tools_.per_identity.messages <= 0) {
    wait_for_turn(post.texts.bytes());
    commands_.emplace_back(command::Post{origin, std::move(post)});
    return;
  }
  const auto whole = std::make_shared<PostInParts>(PostInParts{post.counter, post.texts.size(), {}});
  for (std::size_t first = 0; first < post.texts.size();) {
    request::Post part{post.room, post.outbox, post.counter.plus(first), post.texts.part(first, kPartBytes)};
    wait_for_turn(part.texts.bytes());
    first += part.texts.size();
    commands_.emplace_back(command::Post{.origin = origin, .post = std::move(part), .whole = whole});
  }
}

void Session::wait_for_turn(std::size_t bytes) {
  const auto count = static_cast<double>(bytes);
  const auto now = std::chrono::steady_clock::now();
  if (const auto wait = pace_.wait_for(count, now); wait > wait.zero()) {
    hand_over();
    mailbox_.wait_until(now + wait);
  }
  pace_.charge(count, std::chrono::steady_clock::now());
}

/// What was sent behind a post that was too fast comes once that has been taken, or for nothing: the recorder
/// would refuse it, and what it counted would be missing when that one is sent again. Not for ever: who was
/// refused a repeat, and hears that the first one was stored, never sends it again.
bool Session::is_behind_refused(const request::Post& post) {
  if (!too_fast_ || too_fast_->outbox != post.outbox) return false;
  const bool is_over = std::chrono::steady_clock::now() > too_fast_->until;
  if (!is_over && post.counter > too_fast_->counter) return true;
  too_fast_.reset();
  return false;
}

void Session::answer(const Origin& origin, request::Join& join) {
  change(origin, command::Join{origin, std::move(join.room)});
}

void Session::answer(const Origin& origin, request::Leave& leave) {
  change(origin, command::Leave{origin, std::move(leave.room)});
}

void Session::answer(const Origin& origin, request::Moderate& moderate) {
  change(origin, command::Moderate{origin, std::move(moderate)});
}

void Session::answer(const Origin& origin, request::Goodbye&) {
  // Taken in any case, or who asked for too much could not even leave.
  rates_.reads.charge(1, std::chrono::steady_clock::now());
  commands_.emplace_back(command::Depart{origin});
}

void Session::answer(const Origin& origin, request::History& history) {
  have_read({origin, std::move(history)});
}

void Session::answer(const Origin& origin, request::Row& row) { have_read({origin, row}); }

void Session::answer(const Origin& origin, request::Audit& audit) { have_read({origin, std::move(audit)}); }

void Session::change(const Origin& origin, Command command) {
  if (may(rates_.changes, 1, origin)) commands_.push_back(std::move(command));
}

template <class Rate>
bool Session::may(Rate& rate, std::size_t count, const Origin& origin) {
  const auto wait = rate.take(static_cast<double>(count), std::chrono::steady_clock::now());
  if (!wait) return true;
  auto refusal = refuse(RefusalCode::too_fast);
  refusal.retry_after_ms = static_cast<std::uint64_t>(wait->count());
  refuse_with(origin, std::move(refusal));
  return false;
}

void Session::refuse_with(const Origin& origin, Refusal refusal) {
  tools_.replies.send(origin.connection, encode(origin.request, Reply(std::move(refusal))));
}

void Session::have_read(ReadTask task) {
  const auto origin = task.origin;
  if (has_departed_) return refuse_with(origin, refuse(RefusalCode::hello_first));
  if (!may(rates_.reads, 1, origin)) return;
  if (tools_.memory.is_short()) return refuse_with(origin, refuse_for_memory());
  const auto push = tools_.reading.take(std::move(task));
  if (push == Push::taken) return;
  refuse_with(origin, refuse(push == Push::full ? RefusalCode::busy : RefusalCode::stopping));
}

template <class Read>
void Session::answer(const Origin& origin, Read& read) {
  // What was asked before does not wait: for heads the store is read.
  hand_over();
  if (has_departed_) return refuse_with(origin, refuse(RefusalCode::hello_first));
  if (!may(rates_.reads, 1, origin)) return;
  tools_.replies.send(origin.connection, encode(origin.request, tools_.reads.reply_to(client_, read)));
}

void Session::hand_over() {
  // Waits while the recorder is behind; meanwhile this client's own mailbox fills, and says busy to it alone.
  if (!commands_.empty()) tools_.recorder.push_all(commands_, at_recorder_);
}

}  // namespace palabre::broker
