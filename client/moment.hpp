#pragma once

#include <chrono>
#include <cstdint>

/// Time as the client's state machines see it: they are told what time it is and never look at a clock.
namespace palabre {

using Moment = std::chrono::steady_clock::time_point;
using Milliseconds = std::chrono::milliseconds;

/// The broker drops replies when their queue is full: after this long the question is asked again.
inline constexpr Milliseconds kReplyTimeout{5000};

/// How long to wait before trying again: `base` and up to half of it more, so that many clients that were
/// turned away together do not come back together. `jitter` is a random number from 0 to 1.
[[nodiscard]] inline Milliseconds spread(Milliseconds base, double jitter) {
  return base + Milliseconds(static_cast<std::int64_t>(static_cast<double>(base.count()) * jitter / 2));
}

/// `base`, doubled for each failure after the first, at most `most`.
[[nodiscard]] inline Milliseconds growing(Milliseconds base, unsigned failures, Milliseconds most) {
  for (; failures > 1 && base < most; --failures) base *= 2;
  return base < most ? base : most;
}

}  // namespace palabre
