#pragma once

#include <chrono>

namespace palabre::broker {

/// On the clock that nobody sets. What decides by the time is told it, and looks at no clock.
using Moment = std::chrono::steady_clock::time_point;

}  // namespace palabre::broker
