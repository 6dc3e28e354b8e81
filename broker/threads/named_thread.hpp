#pragma once

#include <functional>
#include <string>
#include <thread>

namespace palabre::broker {

/// Starts a thread that tools show under `name` (at most 15 characters). Whoever holds it joins it. An
/// exception that leaves `run` ends the process: a broker with a dead part must not go on.
[[nodiscard]] std::jthread start_thread(const std::string& name, std::function<void()> run);

/// Sets the stack that later threads get. A broker with ten thousand sessions cannot give each the usual 8
/// MiB.
void set_thread_stack_bytes(std::size_t bytes);

}  // namespace palabre::broker
