#include "broker/transport/audience.hpp"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <thread>

namespace palabre::broker {
namespace {

// A look costs a system call for each reader looked at, so it is taken once in so many bytes.
constexpr std::size_t kBytesALook = 64 * 1024;
constexpr std::size_t kReadersALook = 32;
// Waiting here while the other side has megabytes of its own to read first.
constexpr std::uint32_t kMuchWaiting = 32 * 1024;
// Who has taken nothing for so long does not read.
constexpr auto kAsleepAfter = std::chrono::seconds(1);
constexpr auto kPause = std::chrono::milliseconds(1);
constexpr auto kPatience = std::chrono::seconds(1);

}  // namespace

void Audience::hear(const ConnectionEvent& event) {
  news_.with([&event](std::vector<ConnectionEvent>& news) { news.push_back(event); });
}

void Audience::wait_until_most_keep_up() {
  // Whatever was sent: the news of who came and went must not pile up in a quiet room.
  note_comings_and_goings();
  if (unseen_ < kBytesALook) return;
  unseen_ = 0;
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (is_behind() && std::chrono::steady_clock::now() < deadline) {
    // Nothing wakes whoever waits for a reader to read.
    std::this_thread::sleep_for(kPause);
  }
}

bool Audience::is_behind() {
  note_comings_and_goings();
  const auto now = std::chrono::steady_clock::now();
  const auto looks = std::min(kReadersALook, readers_.size());
  std::size_t slow = 0;
  std::size_t awake = 0;
  for (std::size_t i = 0; i < looks; ++i, ++next_) {
    const auto pace = pace_of(readers_[next_ % readers_.size()], now);
    if (pace != Pace::asleep) ++awake;
    if (pace == Pace::slow) ++slow;
  }
  return slow > 0 && 2 * slow >= awake;
}

Audience::Pace Audience::pace_of(Reader& reader, Moment now) {
  tcp_info told{};
  socklen_t size = sizeof told;
  // One that is just closing says nothing; it is gone with the next event.
  if (::getsockopt(reader.descriptor, IPPROTO_TCP, TCP_INFO, &told, &size) != 0) return Pace::asleep;
  if (told.tcpi_bytes_acked != reader.acked || reader.moved_at == Moment{}) {
    reader.acked = told.tcpi_bytes_acked;
    reader.moved_at = now;
  }
  if (told.tcpi_notsent_bytes < kMuchWaiting) return Pace::keeps_up;
  return now - reader.moved_at < kAsleepAfter ? Pace::slow : Pace::asleep;
}

void Audience::note_comings_and_goings() {
  events_.clear();
  news_.with([this](std::vector<ConnectionEvent>& news) { events_.swap(news); });
  for (const auto& [kind, descriptor] : events_) {
    std::erase_if(readers_, [=](const Reader& reader) { return reader.descriptor == descriptor; });
    if (kind == ConnectionEvent::Kind::came) readers_.push_back({descriptor});
  }
}

}  // namespace palabre::broker
