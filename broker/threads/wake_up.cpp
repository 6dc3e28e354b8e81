#include "broker/threads/wake_up.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace palabre::broker {

WakeUp::WakeUp() : descriptor_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "cannot make an eventfd");
}

WakeUp::~WakeUp() { ::close(descriptor_); }

void WakeUp::ring() const {
  const std::uint64_t one = 1;
  // Fails only when the counter is at its top, and then the owner is awake already.
  [[maybe_unused]] const auto written = ::write(descriptor_, &one, sizeof one);
}

void WakeUp::clear() const {
  std::uint64_t rung = 0;
  [[maybe_unused]] const auto read = ::read(descriptor_, &rung, sizeof rung);
}

}  // namespace palabre::broker
