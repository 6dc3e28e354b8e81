#include "broker/threads/alarm.hpp"

#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace palabre::broker {

Alarm::Alarm() : descriptor_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {
  if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "cannot make a timerfd");
}

Alarm::~Alarm() { ::close(descriptor_); }

void Alarm::set(std::optional<Moment> moment) const {
  itimerspec time{};
  if (moment) {
    // Zero would mean never. The steady clock of libstdc++ is CLOCK_MONOTONIC.
    const auto at = std::max(moment->time_since_epoch(), Moment::duration(1));
    const auto seconds = std::chrono::floor<std::chrono::seconds>(at);
    time.it_value.tv_sec = static_cast<time_t>(seconds.count());
    time.it_value.tv_nsec = static_cast<long>(std::chrono::nanoseconds(at - seconds).count());
  }
  ::timerfd_settime(descriptor_, TFD_TIMER_ABSTIME, &time, nullptr);
}

}  // namespace palabre::broker
