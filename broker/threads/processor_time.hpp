#pragma once

#include <chrono>

namespace palabre::broker {

/// What the thread that asks has had of a processor: not the time that passed, in which it may have been made
/// to wait for one.
[[nodiscard]] std::chrono::nanoseconds processor_time();

}  // namespace palabre::broker
