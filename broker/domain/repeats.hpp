#pragma once

#include <cstddef>

#include "broker/domain/commands.hpp"
#include "broker/domain/ports.hpp"
#include "broker/domain/state.hpp"

namespace palabre::broker {

/// How many of a post's texts were decided on before. Asks the journal for the last counter of an outbox that
/// the matrix has not learnt, and makes it learn it.
[[nodiscard]] std::size_t count_repeats(State& state, Journal& journal, const command::Post& post);

/// Looks up where the first `repeats` texts of the post were stored. False when the journal does not have all
/// of them: then some were decided on since the last commit, and the rest is looked up when asked again.
[[nodiscard]] bool look_up_originals(Journal& journal, command::Post& post, std::size_t repeats);

}  // namespace palabre::broker
