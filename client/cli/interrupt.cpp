#include "client/cli/interrupt.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <system_error>

#include "client/exit_status.hpp"

namespace palabre::cli {
namespace {

// A signal handler may touch lock-free atomics only.
std::atomic<int> watched_descriptor{-1};
static_assert(std::atomic<int>::is_always_lock_free);

void on_signal(int /*signal*/) {
  const int descriptor = watched_descriptor.load();
  if (descriptor < 0) ::_exit(kInterrupted);
  const int saved_errno = errno;
  const std::uint64_t one = 1;
  if (::write(descriptor, &one, sizeof one) < 0) ::_exit(kInterrupted);
  errno = saved_errno;
}

}  // namespace

void handle_interrupts() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

InterruptWatch::InterruptWatch() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  watched_descriptor = descriptor_;
}

InterruptWatch::~InterruptWatch() {
  watched_descriptor = -1;
  ::close(descriptor_);
}

bool InterruptWatch::has_come() const {
  pollfd waiting{.fd = descriptor_, .events = POLLIN, .revents = 0};
  return ::poll(&waiting, 1, 0) > 0;
}

}  // namespace palabre::cli
