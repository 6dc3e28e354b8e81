#include "tests/bench/load/run.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <stdexcept>

namespace palabre::bench {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kPatience = 10 * kSecond;  // without any progress
constexpr std::uint64_t kProbeInterval = kSecond / 20;
// What falls due within this goes together: nobody who says so much has a write for each message.
constexpr std::uint64_t kStepNs = kSecond / 5'000;
constexpr std::uint64_t kPollNs = kSecond / 100;

double processor_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// The counts at one moment; the difference of two is what lies between.
Figures figures_at(const Tally& tally, std::uint64_t began) {
  Figures figures;
  figures.seconds = static_cast<double>(now_ns() - began) / 1e9;
  figures.messages = tally.sent;
  figures.acknowledged = tally.acknowledged;
  figures.delivered = tally.delivered;
  figures.bytes_delivered = tally.bytes_delivered;
  figures.frames_delivered = tally.frames_delivered;
  figures.processor_seconds = processor_seconds();
  return figures;
}

Figures between(const Figures& first, const Figures& last) {
  Figures figures;
  figures.seconds = last.seconds - first.seconds;
  figures.messages = last.messages - first.messages;
  figures.acknowledged = last.acknowledged - first.acknowledged;
  figures.delivered = last.delivered - first.delivered;
  figures.bytes_delivered = last.bytes_delivered - first.bytes_delivered;
  figures.frames_delivered = last.frames_delivered - first.frames_delivered;
  figures.processor_seconds = last.processor_seconds - first.processor_seconds;
  return figures;
}

std::uint64_t nanoseconds(double seconds) { return static_cast<std::uint64_t>(seconds * 1e9); }

}  // namespace

Run::Run(const Options& options) : options_(options), poller_(tally_), peers_(peers_of(options_, tally_)) {
  tally_.is_timing = options.mode == Mode::delay;
}

std::unique_ptr<Connection> Run::subscribe() {
  const auto feed_port = options_.system == System::redis || options_.system == System::nats
                             ? options_.talk_port
                             : options_.feed_port;
  dialogues_.push_back(peers_.subscriber());
  auto connection = std::make_unique<Connection>(feed_port, Connection::Role::subscriber, *dialogues_.back());
  poller_.add(*connection);
  return connection;
}

void Run::connect_publishers() {
  for (std::size_t i = 0; i < options_.publishers; ++i) {
    auto poster = peers_.publisher(i);
    auto connection = std::make_unique<Connection>(options_.talk_port, Connection::Role::publisher, *poster);
    poller_.add(*connection);
    publishers_.push_back({std::move(poster), std::move(connection)});
  }
}

void Run::prepare() {
  const auto began = now_ns();
  connect_publishers();
  // The feed of a broker that encrypts is for registered keys.
  while (!options_.invitation.empty() && !are_publishers_ready()) {
    if (now_ns() > began + kPatience) throw std::runtime_error("not all publishers became ready");
    poll_once(kPollNs);
  }
  for (std::size_t i = 0; i < options_.subscribers; ++i) subscribers_.push_back(subscribe());
  for (std::size_t i = 0; i < options_.sleepers; ++i) sleepers_.push_back(subscribe());
  auto next_probe = began;
  while (!is_ready()) {
    if (now_ns() > began + kPatience) throw std::runtime_error("not all connections became ready");
    if (now_ns() >= next_probe && publishers_.front().poster->is_ready()) {
      next_probe = now_ns() + kProbeInterval;
      publishers_.front().poster->probe(*publishers_.front().connection);
      poller_.flush(*publishers_.front().connection);
    }
    poll_once(kPollNs);
  }
  for (auto& sleeper : sleepers_) poller_.forget(*sleeper);
  tally_.delivered = 0;
  for (auto& subscriber : subscribers_) subscriber->set_delivered(0);
}

bool Run::are_publishers_ready() const {
  return std::ranges::all_of(publishers_, [](const auto& publisher) { return publisher.poster->is_ready(); });
}

bool Run::is_ready() const {
  return are_publishers_ready() &&
         std::ranges::all_of(dialogues_, [](const auto& dialogue) { return dialogue->is_ready(); });
}

void Run::poll_once(std::uint64_t timeout_ns) {
  poller_.poll(timeout_ns);
  if (!tally_.failure.empty()) throw std::runtime_error(tally_.failure);
}

void Run::post(Publisher& publisher, std::size_t messages, std::uint64_t sent_ns) {
  publisher.poster->post(*publisher.connection, messages, sent_ns);
  poller_.flush(*publisher.connection);
}

void Run::fill_window() {
  if (options_.subscribers == 0) {
    fill_own_windows();
  } else {
    fill_shared_window();
  }
}

void Run::fill_own_windows() {
  for (auto& publisher : publishers_) {
    const auto under_way = publisher.poster->under_way();
    if (under_way < options_.under_way) post(publisher, options_.under_way - under_way, 0);
  }
}

std::uint64_t Run::messages_under_way() const {
  if (options_.until == Until::acknowledged) return tally_.sent - tally_.acknowledged;
  if (options_.until == Until::average) {
    const auto deliveries_due = tally_.sent * options_.subscribers - tally_.delivered;
    return (deliveries_due + options_.subscribers - 1) / options_.subscribers;
  }
  auto least = tally_.sent;
  for (const auto& subscriber : subscribers_) least = std::min(least, subscriber->delivered());
  return tally_.sent - least;
}

void Run::fill_shared_window() {
  const auto under_way = messages_under_way();
  if (under_way >= options_.window) return;
  const auto room = options_.window - under_way;
  const auto share = room / publishers_.size();
  for (std::size_t odd = room % publishers_.size(), i = 0; i < publishers_.size(); ++i) {
    auto& publisher = publishers_[(turn_ + i) % publishers_.size()];
    if (const auto messages = share + (i < odd ? 1 : 0); messages > 0) post(publisher, messages, 0);
  }
  turn_ = (turn_ + room) % publishers_.size();
}

Figures Run::keep_window_full() {
  const auto began = now_ns();
  const auto measure_from = began + nanoseconds(options_.warmup_seconds);
  const auto end = measure_from + nanoseconds(options_.seconds);
  auto run_until = [this](std::uint64_t moment) {
    while (now_ns() < moment && (options_.messages_max == 0 || tally_.sent < options_.messages_max)) {
      fill_window();
      poll_once(kPollNs);
    }
  };
  run_until(measure_from);
  const auto first = figures_at(tally_, began);
  run_until(end);
  return between(first, figures_at(tally_, began));
}

std::uint64_t Run::post_due(std::uint64_t began, std::uint64_t now, Histogram& lateness) {
  const auto due_at = [&](std::uint64_t message) {
    return began + nanoseconds(static_cast<double>(message) / options_.rate);
  };
  std::vector<std::size_t> due(publishers_.size(), 0);
  auto next = tally_.sent;
  for (; due_at(next) <= now; ++next) {
    ++due[next % publishers_.size()];
    if (now >= tally_.count_from) lateness.add(now - due_at(next));
  }
  for (std::size_t i = 0; i < due.size(); ++i)
    if (due[i] > 0) post(publishers_[i], due[i], now);
  return std::max(due_at(next), now + kStepNs);
}

Figures Run::keep_rate() {
  const auto began = now_ns();
  tally_.count_from = began + nanoseconds(options_.warmup_seconds);
  const auto end = tally_.count_from + nanoseconds(options_.seconds);
  Figures first;
  Histogram lateness;
  auto next = began;
  for (auto now = began; now < end; now = now_ns()) {
    if (first.seconds == 0 && now >= tally_.count_from) first = figures_at(tally_, began);
    if (now >= next) next = std::min(post_due(began, now, lateness), end);
    const auto later = now_ns();
    poll_once(next > later ? next - later : 0);
  }
  auto figures = between(first, figures_at(tally_, began));
  figures.lateness = lateness;
  return figures;
}

bool Run::is_all_here() const {
  return tally_.acknowledged == tally_.sent && tally_.delivered == tally_.sent * options_.subscribers;
}

void Run::drain() {
  auto seen = tally_.acknowledged + tally_.delivered;
  auto patience = now_ns() + kPatience;
  while (!is_all_here()) {
    poll_once(kPollNs);
    const auto all = tally_.acknowledged + tally_.delivered;
    if (all != seen) patience = now_ns() + kPatience;
    seen = all;
    if (now_ns() < patience) continue;
    throw std::runtime_error(
        "missing at the end: " + std::to_string(tally_.sent - tally_.acknowledged) + " acknowledgements, " +
        std::to_string(tally_.sent * options_.subscribers - tally_.delivered) + " deliveries");
  }
}

Peers peers_of(const Options& options, Tally& tally) {
  switch (options.system) {
    case System::palabre: return palabre_peers(options, tally);
    case System::redis: return redis_peers(options, tally);
    case System::nats: return nats_peers(options, tally);
    case System::plain:
    case System::packed: break;
  }
  return forwarder_peers(options, tally);
}

}  // namespace palabre::bench
