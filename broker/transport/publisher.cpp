#include "broker/transport/publisher.hpp"

#include <random>
#include <utility>
#include <vector>

#include "broker/threads/named_thread.hpp"
#include "broker/transport/socket_calls.hpp"
#include "schema/limits.hpp"

namespace palabre::broker {
namespace {

constexpr int kLingerMs = 1000;

// At random, so that nobody takes the ticks after a restart for the next ones.
std::uint64_t draw_first_tick() { return 1 + std::uint64_t{std::random_device{}()}; }

}  // namespace

Publisher::Publisher(zmq::context_t& context, Options options, WallClock clock)
    : clock_(std::move(clock)),
      mailbox_(options.capacity),
      packer_(draw_first_tick()),
      socket_(context, zmq::socket_type::pub) {
  prepare_bound_socket(socket_, "feed", static_cast<std::int64_t>(limits::kSubscriptionBytesMax));
  socket_.set(zmq::sockopt::sndhwm, options.high_water_mark);
  socket_.set(zmq::sockopt::affinity, std::uint64_t{2});
  endpoint_ = bind_socket(socket_, options.address);
}

void Publisher::start(Epoch epoch) {
  epoch_ = std::move(epoch);
  thread_ = start_thread("publisher", [this] { run(); });
}

void Publisher::finish() {
  mailbox_.close();
  if (!thread_.joinable()) return;
  thread_.join();
  socket_.set(zmq::sockopt::linger, kLingerMs);
  socket_.close();
}

void Publisher::run() {
  constexpr auto kTick = std::chrono::milliseconds(limits::kTickMs);
  auto next_tick = std::chrono::steady_clock::now() + kTick;
  std::vector<std::variant<Batch, Notice>> items;
  while (mailbox_.drain_until(items, next_tick)) {
    for (auto& item : items) std::visit([this](auto& one) { packer_.add(std::move(one)); }, item);
    for (const auto& frame : packer_.take()) send(frame);
    if (std::chrono::steady_clock::now() >= next_tick) {
      send(packer_.tick(epoch_, clock_()));
      // After a pause of the process one tick is due, not all that it missed.
      while (next_tick <= std::chrono::steady_clock::now()) next_tick += kTick;
    }
  }
}

void Publisher::send(const FeedPacker::Frame& frame) {
  // A PUB socket is never full: it drops for the subscriber that is.
  (void)send_frame(socket_, frame.topic, zmq::send_flags::sndmore);
  (void)send_frame(socket_, frame.body, zmq::send_flags::none);
}

}  // namespace palabre::broker
