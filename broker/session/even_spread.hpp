#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

namespace palabre::broker {

/// The place, from 0 to below 1, of number `n` among any that follow one another, so that as many as there
/// are lie evenly: multiples of the golden ratio, less their whole part (low-discrepancy, as in Fibonacci
/// hashing). Whoever would otherwise do the same at the same time is told apart by it.
[[nodiscard]] inline double even_spread(std::uint64_t n) {
  return std::fmod(std::numbers::phi * static_cast<double>(n), 1.0);
}

}  // namespace palabre::broker
