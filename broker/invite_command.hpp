#pragma once

#include "broker/config.hpp"

namespace palabre::broker {

/// `palabred invite`: prints an invitation for one newcomer, good for a week. Returns the exit status.
[[nodiscard]] int invite(const Config& config);

}  // namespace palabre::broker
