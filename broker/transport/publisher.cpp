#include "broker/transport/publisher.hpp"

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include "broker/threads/named_thread.hpp"
#include "broker/transport/socket_calls.hpp"
#include "schema/limits.hpp"

namespace palabre::broker {
namespace {

constexpr auto kTick = std::chrono::milliseconds(limits::kTickMs);
// Who comes and goes is told at once when it is quiet, and so often at most when a crowd comes: told one by
// one, n newcomers would be n × n frames.
constexpr auto kNoticePause = std::chrono::milliseconds(250);
// The kernel takes no more of a subscriber at once, so that the guard has looked before a flood is read.
constexpr int kReceiveBytes = 4096;

// At random, so that nobody takes the ticks after a restart for the next ones.
std::uint64_t draw_first_tick() { return 1 + std::uint64_t{std::random_device{}()}; }

}  // namespace

Publisher::Publisher(zmq::context_t& context, Options options, WallClock clock, Guard& guard)
    : clock_(std::move(clock)),
      mailbox_(options.capacity, OnWaking::lets_others_push),
      packer_(draw_first_tick()),
      socket_(context, zmq::socket_type::pub),
      canary_(context, static_cast<std::size_t>(options.high_water_mark)) {
  prepare_bound_socket(socket_, "feed", static_cast<std::int64_t>(limits::kSubscriptionBytesMax));
  socket_.set(zmq::sockopt::sndhwm, options.high_water_mark);
  socket_.set(zmq::sockopt::rcvbuf, kReceiveBytes);
  socket_.set(zmq::sockopt::affinity, std::uint64_t{3});
  if (!options.secret.empty()) {
    encrypt_bound_socket(socket_, options.secret);
    canary_.encrypt(pair_of(options.secret).open, options.own);
  }
  guard.watch_feed(context, socket_);
  endpoint_ = bind_socket(socket_, options.address);
  canary_.connect(endpoint_);
}

void Publisher::start(Epoch epoch) {
  epoch_ = std::move(epoch);
  thread_ = start_thread("publisher", [this] { run(); });
}

void Publisher::finish() {
  mailbox_.close();
  if (!thread_.joinable()) return;
  thread_.join();
  canary_.close();
  socket_.set(zmq::sockopt::linger, kLingerMs);
  socket_.close();
}

std::size_t Publisher::ItemBytes::operator()(const Item& item) const {
  if (const auto* batch = std::get_if<PackedBatch>(&item))
    return batch->events.bytes.size() + batch->names.size() * sizeof(NamedClient);
  return std::get<Notice>(item).events.size() * sizeof(NoticeEvent);
}

void Publisher::run() {
  next_tick_ = std::chrono::steady_clock::now() + kTick;
  std::vector<Item> items;
  while (mailbox_.drain_until(items, next_deadline())) {
    for (auto& item : items) std::visit([this](auto& one) { packer_.add(std::move(one)); }, item);
    send_all(packer_.take_batches());
    const auto now = std::chrono::steady_clock::now();
    send_notices_when_due(now);
    send_tick_when_due(now);
    canary_.wait_until_near();
    audience_.wait_until_most_keep_up();
  }
  send_all(packer_.take_notices());
}

Moment Publisher::next_deadline() const {
  return packer_.has_notices() ? std::min(next_tick_, next_notices_) : next_tick_;
}

void Publisher::send_all(const std::vector<FeedPacker::Frame>& frames) {
  for (const auto& frame : frames) {
    send(frame);
    audience_.sent(frame.body.size());
    if (canary_.is_due_after(frame.body.size())) send(canary_.next());
  }
}

void Publisher::send_notices_when_due(Moment now) {
  if (!packer_.has_notices() || now < next_notices_) return;
  send_all(packer_.take_notices());
  next_notices_ = now + kNoticePause;
}

void Publisher::send_tick_when_due(Moment now) {
  if (now < next_tick_) return;
  send(packer_.tick(epoch_, clock_()));
  // After a pause of the process one tick is due, not all that it missed.
  while (next_tick_ <= now) next_tick_ += kTick;
}

void Publisher::send(const FeedPacker::Frame& frame) {
  // A PUB socket is never full: it drops for the subscriber that is.
  (void)send_frame(socket_, frame.topic, zmq::send_flags::sndmore);
  (void)send_frame(socket_, frame.body, zmq::send_flags::none);
}

}  // namespace palabre::broker
