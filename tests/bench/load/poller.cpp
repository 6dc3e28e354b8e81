#include "tests/bench/load/poller.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace palabre::bench {
namespace {

// Twice the longest frame there can be, with what is read at once behind it.
constexpr std::size_t kBufferBytes = 1024 * 1024;
constexpr std::size_t kEventsAtOnce = 256;

}  // namespace

Poller::Poller(Tally& tally)
    : tally_(tally),
      descriptor_(::epoll_create1(EPOLL_CLOEXEC)),
      events_(kEventsAtOnce),
      buffer_(kBufferBytes) {
  if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "no epoll");
}

Poller::~Poller() { ::close(descriptor_); }

void Poller::watch(Connection& connection, int operation, bool for_writing) const {
  epoll_event event{};
  event.events = EPOLLIN | (for_writing ? EPOLLOUT : 0U);
  event.data.ptr = &connection;
  if (::epoll_ctl(descriptor_, operation, connection.descriptor(), &event) != 0) {
    throw std::system_error(errno, std::generic_category(), "epoll");
  }
}

void Poller::add(Connection& connection) { watch(connection, EPOLL_CTL_ADD, !connection.out().empty()); }

void Poller::forget(Connection& connection) const {
  if (::epoll_ctl(descriptor_, EPOLL_CTL_DEL, connection.descriptor(), nullptr) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot stop watching a connection");
  }
}

void Poller::flush(Connection& connection) {
  if (!connection.flush()) watch(connection, EPOLL_CTL_MOD, true);
}

void Poller::poll(std::uint64_t timeout_ns) {
  const timespec timeout{static_cast<time_t>(timeout_ns / 1'000'000'000),
                         static_cast<long>(timeout_ns % 1'000'000'000)};
  const int count =
      ::epoll_pwait2(descriptor_, events_.data(), static_cast<int>(events_.size()), &timeout, nullptr);
  for (int i = 0; i < count; ++i) {
    auto& connection = *static_cast<Connection*>(events_[static_cast<std::size_t>(i)].data.ptr);
    const auto what = events_[static_cast<std::size_t>(i)].events;
    if ((what & EPOLLOUT) != 0 && connection.flush()) watch(connection, EPOLL_CTL_MOD, false);
    if ((what & ~std::uint32_t{EPOLLOUT}) == 0) continue;
    const auto delivered_before = tally_.delivered;
    const auto bytes = connection.receive(buffer_, tally_.is_timing ? &tally_.read_ns : nullptr);
    if (connection.role() == Connection::Role::subscriber) {
      tally_.bytes_delivered += bytes;
      connection.set_delivered(connection.delivered() + tally_.delivered - delivered_before);
    }
    if (!connection.out().empty()) flush(connection);
  }
}

}  // namespace palabre::bench
