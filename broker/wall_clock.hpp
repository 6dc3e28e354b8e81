#pragma once

#include <chrono>

#include "schema/ids.hpp"

namespace palabre::broker {

/// What this machine says the time is.
[[nodiscard]] inline TimeMs wall_clock() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count())};
}

}  // namespace palabre::broker
