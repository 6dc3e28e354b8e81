#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <thread>

namespace palabre::broker {

/// Starts a thread that tools show under `name` (at most 15 characters). Whoever holds it joins it. An
/// exception that leaves `run` ends the process: a broker with a dead part must not go on.
[[nodiscard]] std::jthread start_thread(const std::string& name, std::function<void()> run);

/// From now on the calling thread runs when others leave it time: beside a busy thread it gets one or two
/// hundredths of a processor. It cannot go back.
void lower_priority_of_this_thread();

/// Sets the stack that later threads get. A broker with ten thousand sessions cannot give each the usual 8
/// MiB.
void set_thread_stack_bytes(std::size_t bytes);

/// Has the kernel keep apart what so many threads sleep on. It gives a process a few places for each
/// processor to look for sleepers, whatever their number, so that waking one of ten thousand would be a
/// search. Kernels that do not know the call (before 6.16) have places enough for all processes together.
void prepare_for_sleepers(std::size_t threads);

}  // namespace palabre::broker
