#pragma once

#include "broker/config.hpp"

namespace palabre::broker {

/// `palabred invite`: prints an invitation; with registration "invite" one with a code, for one newcomer and
/// a week. Returns the exit status.
[[nodiscard]] int invite(const Config& config);

}  // namespace palabre::broker
