#include "broker/transport/guard.hpp"

#include <malloc.h>

#include <algorithm>
#include <utility>

#include "broker/threads/named_thread.hpp"
#include "broker/threads/processor_time.hpp"
#include "broker/transport/socket_calls.hpp"

namespace palabre::broker {
namespace {

using std::chrono::milliseconds;

// From one look to the next: what comes meanwhile may be unseen, a megabyte to the talk port. What comes to
// the feed port is in libzmq's tree by then.
constexpr auto kTalkPauseMin = milliseconds(1);
constexpr auto kFeedPauseMin = std::chrono::microseconds(200);
// A look costs some system calls for each connection that spoke, which are to take a small part of a
// processor. Subscribers seldom speak, and what they say has libzmq look through all subscriptions: looked at
// sooner, a flood of sixteen had the feed stand still for a third of the time.
constexpr int kPauseForEachTalkLook = 32;
constexpr int kPauseForEachFeedLook = 8;

// Beside connections: what else the process has open, and those one too many that are being ended.
constexpr std::size_t kOtherDescriptors = 4096;

// Of the connections that an address may have, those on which nobody was welcomed yet: one in eight, and half
// of them before the kernel has heard that no others shall come. Where it may have few they need no other
// bound.
constexpr std::size_t kPlacesForEachStranger = 8;
constexpr std::size_t kStrangersMin = 16;

// Those who are ended together shall hear first what ends them: notices are sent four times a second.
constexpr auto kUntilFeedEnds = milliseconds(400);

constexpr auto kPauseOfMemoryLooks = milliseconds(250);
constexpr auto kPauseOfWords = std::chrono::seconds(1);
constexpr std::string_view kEndlessInput =
    "it sent more than the router could take, or a message without an end";
constexpr std::string_view kNothingButRefused = "it went on and on sending what could only be refused";
constexpr std::string_view kSubscriptions = "it sent too much to the feed port";
constexpr std::string_view kQuarantine =
    "it came back too soon: another from there was ended for what it did, or too many came in vain";
constexpr std::string_view kConnections = "there were too many connections";
constexpr std::string_view kStale = "nobody was welcomed on it for ten seconds, and others come from there";
constexpr std::string_view kRevoked =
    "a key was revoked, and whose a connection to the feed is cannot be told";

}  // namespace

Guard::Guard(Options options)
    : options_(options),
      intake_(options.caps.total + kOtherDescriptors),
      caps_(options.caps),
      talk_looks_{.pause_min = kTalkPauseMin, .pause_for_each = kPauseForEachTalkLook},
      feed_looks_{.pause_min = kFeedPauseMin, .pause_for_each = kPauseForEachFeedLook} {}

void Guard::start(Ports ports, std::uint16_t talk_port, std::uint16_t feed_port) {
  ports_ = std::move(ports);
  talk_port_ = talk_port;
  feed_port_ = feed_port;
  if (ports_.look_at_memory) memory_look_at_ = std::chrono::steady_clock::now();
  thread_ = start_thread("guard", [this] { run(); });
}

void Guard::finish() {
  if (!thread_.joinable()) return;
  has_ended_ = true;
  wake_up_.ring();
  thread_.join();
}

void Guard::end_feed() {
  is_feed_to_end_ = true;
  wake_up_.ring();
}

void Guard::accuse(const TcpConnection& connection) {
  accused_.with([&connection](auto& accused) { accused.push_back(connection); });
  wake_up_.ring();
}

void Guard::run() {
  while (!has_ended_) {
    wait();
    // Taken before comings are noted, so that whoever was let in before is among those who have come.
    const bool ends_feed = take_feed_end();
    // First who is there, then what they do: a descriptor that changed hands is judged by its new owner's
    // deeds.
    note_comings_and_goings();
    if (ends_feed) end_all_of_feed();
    end_accused();
    look_when_due(talk_looks_);
    look_when_due(feed_looks_);
    held_.tell_kernel(std::chrono::steady_clock::now());
    look_at_memory_when_due();
    give_memory_back_when_due();
  }
}

void Guard::wait() {
  std::vector<zmq::pollitem_t> items{{talk_->handle(), 0, ZMQ_POLLIN, 0},
                                     {feed_->handle(), 0, ZMQ_POLLIN, 0},
                                     {nullptr, wake_up_.descriptor(), ZMQ_POLLIN, 0},
                                     {nullptr, alarm_.descriptor(), ZMQ_POLLIN, 0}};
  // Without a reason to do something it sleeps until something comes.
  std::optional<Moment> next;
  const auto wait_until = [&next](Moment due) { next = next ? std::min(*next, due) : due; };
  for (const auto* looks : {&talk_looks_, &feed_looks_}) {
    const bool is_pause = std::chrono::steady_clock::now() < looks->next;
    if (!is_pause) items.push_back({nullptr, looks->input.descriptor(), ZMQ_POLLIN, 0});
    if (is_pause || !looks->doubtful.empty()) wait_until(looks->next);
  }
  for (const auto& due : {memory_.due_at(), feed_ends_at_, memory_look_at_, held_.due_at()}) {
    if (due) wait_until(*due);
  }
  alarm_.set(next);
  wait_for(items, milliseconds(-1));
  wake_up_.clear();
}

void Guard::note_comings_and_goings() {
  while (const auto event = talk_->next()) note(*event, talk_port_);
  while (const auto event = feed_->next()) {
    if (event->kind != ConnectionEvent::Kind::listens) ports_.tell_audience(*event);
    note(*event, feed_port_);
  }
}

void Guard::note(const ConnectionEvent& event, std::uint16_t port) {
  if (event.kind == ConnectionEvent::Kind::listens) return held_.listens(event.descriptor);
  if (event.kind == ConnectionEvent::Kind::went) return forget(event.descriptor, port);
  const auto connection = connection_at(event.descriptor);
  // It is gone already, or the descriptor is another port's by now, which tells of it itself.
  if (!connection || connection->port != port) return;
  if (const auto old = visitors_.find(event.descriptor); old != visitors_.end()) {
    forget(event.descriptor, old->second.connection.port);
  }
  admit(*connection);
}

void Guard::admit(const TcpConnection& connection) {
  const int descriptor = connection.descriptor;
  auto& visitor = visitors_.emplace(descriptor, Visitor{connection, FeedInput{}}).first->second;
  if (connection.port == talk_port_) visitor.input.emplace<Backlog>(taken_[descriptor]);
  const bool is_counted = intake_.knows(descriptor);
  const auto answer = caps_.came(connection.peer);
  const auto now = std::chrono::steady_clock::now();
  const bool has_place_for_stranger = connection.port != talk_port_ || make_place_for(connection, now);
  if (answer == ConnectionCaps::Answer::too_many_from_there) held_.crowded(connection.peer, now);
  if (answer != ConnectionCaps::Answer::has_place || !has_place_for_stranger || !is_counted)
    return end(visitor, kConnections);
  if (held_.holds(connection.peer, now)) return end(visitor, kQuarantine);
  ListenFilter::spare(connection);
  looks_of(visitor).input.add(descriptor);
  // What came before it was watched makes no edge.
  look_at(visitor);
}

bool Guard::make_place_for(const TcpConnection& stranger, Moment now) {
  const auto most = std::max(kStrangersMin, caps_.most_from(stranger.peer) / kPlacesForEachStranger);
  const auto is_welcomed = [this](int descriptor) {
    const auto* backlog = std::get_if<Backlog>(&visitors_.at(descriptor).input);
    return backlog != nullptr && backlog->was_welcomed(intake_.of(descriptor));
  };
  const auto [crowd, stale] = newcomers_.came(stranger.peer, stranger.descriptor, now, most, is_welcomed);
  if (stale) end(visitors_.at(*stale), kStale);
  if (crowd != Newcomers::Crowd::none) held_.crowded(stranger.peer, now);
  return crowd != Newcomers::Crowd::overfull;
}

void Guard::forget(int descriptor, std::uint16_t port) {
  const auto found = visitors_.find(descriptor);
  if (found == visitors_.end() || found->second.connection.port != port) return;
  const auto& [connection, input, is_ended] = found->second;
  const auto* backlog = std::get_if<Backlog>(&input);
  if (backlog != nullptr && !is_ended && backlog->gave_nothing(intake_.of(descriptor))) {
    held_.came_in_vain(connection.peer, std::chrono::steady_clock::now());
  }
  caps_.went(connection.peer);
  newcomers_.went(connection.peer, descriptor);
  memory_.expect(std::chrono::steady_clock::now());
  visitors_.erase(found);
}

void Guard::look_when_due(Looks& looks) {
  if (std::chrono::steady_clock::now() < looks.next) return;
  // Not the time that passes: who was made to wait for a processor by an attack must not look less often.
  const auto begun = processor_time();
  looks.input.take(heard_);
  heard_.insert(heard_.end(), looks.doubtful.begin(), looks.doubtful.end());
  looks.doubtful.clear();
  if (heard_.empty()) return;  // then it sleeps until something comes
  std::ranges::sort(heard_);
  heard_.erase(std::ranges::unique(heard_).begin(), heard_.end());
  for (const int descriptor : heard_) {
    if (const auto found = visitors_.find(descriptor); found != visitors_.end()) look_at(found->second);
  }
  if (!looks.doubtful.empty()) ports_.wake_router();
  const auto pause = looks.pause_for_each * (processor_time() - begun);
  looks.next = std::chrono::steady_clock::now() + std::max<Moment::duration>(looks.pause_min, pause);
}

void Guard::look_at(Visitor& visitor) {
  if (visitor.is_ended) return;
  const int descriptor = visitor.connection.descriptor;
  switch (std::visit([&](auto& input) { return judge(descriptor, input); }, visitor.input)) {
    case Backlog::Verdict::fine: return;
    case Backlog::Verdict::doubtful: return looks_of(visitor).doubtful.push_back(descriptor);
    case Backlog::Verdict::too_much:
      return end_offender(visitor,
                          std::holds_alternative<Backlog>(visitor.input) ? kEndlessInput : kSubscriptions);
  }
}

Guard::Looks& Guard::looks_of(const Visitor& visitor) {
  return visitor.connection.port == talk_port_ ? talk_looks_ : feed_looks_;
}

Backlog::Verdict Guard::judge(int descriptor, Backlog& backlog) {
  const auto counts = counts_of(descriptor);
  taken_[descriptor] = counts.taken;
  return backlog.judge(counts, options_.talk);
}

Backlog::Verdict Guard::judge(int descriptor, FeedInput& input) const {
  const auto allowance = FeedInput::allowance(ports_.count_rooms(), options_.feed_bytes_max);
  const bool is_too_much =
      input.is_too_much(bytes_received(descriptor), allowance, std::chrono::steady_clock::now());
  return is_too_much ? Backlog::Verdict::too_much : Backlog::Verdict::fine;
}

Backlog::Counts Guard::counts_of(int descriptor) const {
  // In this order: a message that is taken meanwhile counts as taken, and one that comes does not count.
  const auto received = bytes_received(descriptor);
  const auto unread = bytes_unread(descriptor);
  return {received, received - std::min(received, unread), intake_.of(descriptor), intake_.turn()};
}

bool Guard::take_feed_end() {
  const auto now = std::chrono::steady_clock::now();
  if (is_feed_to_end_.exchange(false) && !feed_ends_at_) feed_ends_at_ = now + kUntilFeedEnds;
  const bool is_time = feed_ends_at_ && now >= *feed_ends_at_;
  if (is_time) feed_ends_at_.reset();
  return is_time;
}

void Guard::end_all_of_feed() {
  for (auto& [descriptor, visitor] : visitors_) {
    if (visitor.connection.port == feed_port_ && !visitor.is_ended) end(visitor, kRevoked);
  }
}

void Guard::end_accused() {
  const auto accused = accused_.with([](auto& waiting) { return std::exchange(waiting, {}); });
  for (const auto& connection : accused) {
    const auto found = visitors_.find(connection.descriptor);
    const bool is_here = found != visitors_.end() && found->second.connection.cookie == connection.cookie;
    if (is_here && !found->second.is_ended) end_offender(found->second, kNothingButRefused);
  }
}

void Guard::end_offender(Visitor& visitor, std::string_view reason) {
  held_.offended(visitor.connection.peer, std::chrono::steady_clock::now());
  end(visitor, reason);
}

void Guard::end(Visitor& visitor, std::string_view reason) {
  visitor.is_ended = true;
  shut_down(visitor.connection);
  tell(visitor.connection.peer, reason);
}

void Guard::tell(const PeerAddress& peer, std::string_view reason) {
  ++untold_;
  const auto now = std::chrono::steady_clock::now();
  if (!ports_.tell_log || now < next_word_) return;
  ports_.tell_log(text_of(peer), reason, std::exchange(untold_, 0));
  next_word_ = now + kPauseOfWords;
}

void Guard::look_at_memory_when_due() {
  if (!memory_look_at_ || std::chrono::steady_clock::now() < *memory_look_at_) return;
  ports_.look_at_memory();
  memory_look_at_ = std::chrono::steady_clock::now() + kPauseOfMemoryLooks;
}

void Guard::give_memory_back_when_due() {
  if (!memory_.is_due(std::chrono::steady_clock::now())) return;
  ::malloc_trim(0);
  memory_.done(std::chrono::steady_clock::now());
}

}  // namespace palabre::broker
