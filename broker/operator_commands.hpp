#pragma once

#include "broker/config.hpp"
#include "broker/operator/operator_dialogue.hpp"

namespace palabre::broker {

/// `palabred ban`, `unban` and `identity`: has the broker do it that serves the data directory, or does it to
/// the store when none does. Prints what was done, or why not, and answers the program's status: 0, 1 when it
/// was refused, 2 when it cannot be asked for. Throws StoreUnusable or std::runtime_error with a sentence.
[[nodiscard]] int operate(const Config& config, const OperatorRequest& request);

}  // namespace palabre::broker
