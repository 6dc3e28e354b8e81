#include "client/wake_up.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace palabre {

WakeUp::WakeUp() : descriptor_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

WakeUp::~WakeUp() { close(descriptor_); }

// The only failures of either are "already so", which is what was wanted.
void WakeUp::raise() { static_cast<void>(eventfd_write(descriptor_, 1)); }

void WakeUp::clear() {
  eventfd_t count = 0;
  static_cast<void>(eventfd_read(descriptor_, &count));
}

}  // namespace palabre
