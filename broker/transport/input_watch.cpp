#include "broker/transport/input_watch.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace palabre::broker {

InputWatch::InputWatch() : descriptor_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (descriptor_ < 0) {
    throw std::system_error(errno, std::generic_category(), "the system has no descriptor left");
  }
}

InputWatch::~InputWatch() { ::close(descriptor_); }

void InputWatch::add(int descriptor) const {
  epoll_event event{};
  // On the edge: once for all that comes until the next look. The kernel tells of an edge only if the
  // connection is readable or writable still, and libzmq may long have read what came: so both are asked for.
  event.events = EPOLLIN | EPOLLOUT | EPOLLET;
  event.data.fd = descriptor;
  // What is gone already is refused, and is nothing to watch.
  (void)::epoll_ctl(descriptor_, EPOLL_CTL_ADD, descriptor, &event);
}

void InputWatch::take(std::vector<int>& descriptors) const {
  descriptors.clear();
  std::array<epoll_event, 256> events{};
  int count = 0;
  do {
    count = ::epoll_wait(descriptor_, events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < count; ++i) descriptors.push_back(events[static_cast<std::size_t>(i)].data.fd);
    // Not until it is empty: something may come as fast as it is told.
  } while (count == static_cast<int>(events.size()) && descriptors.size() < 64 * events.size());
}

}  // namespace palabre::broker
