#pragma once

#include "broker/domain/commands.hpp"
#include "broker/domain/effects.hpp"
#include "broker/domain/message_matrix.hpp"
#include "broker/domain/records.hpp"
#include "broker/domain/rooms.hpp"
#include "broker/domain/roster.hpp"

namespace palabre::broker {

/// Everything the broker decides on. Only the recorder thread has one; it knows no clock, thread, socket or
/// file.
struct State {
  Epoch epoch;
  TimeMs last_at;
  Roster roster;
  Rooms rooms;
  MessageMatrix matrix;
};

/// The state that a store left behind, with nobody connected.
[[nodiscard]] State restore(const Image& image);
/// The same, with the connections and the time that `before` had: for a store that could not take a batch.
[[nodiscard]] State restore(const Image& image, const State& before);

/// Decides one command at the time `now`: changes `state` and appends to `outcome` what must be stored and
/// what is to be done once it is. The same commands at the same times lead to the same state, always.
/// Requires, for a Post, that the matrix has learnt its outbox and that its originals were looked up.
void apply(State& state, Command command, TimeMs now, Outcome& outcome);

/// How many of a post's texts were stored before; those need originals. Requires a learnt outbox.
[[nodiscard]] std::size_t count_repeats(const State& state, const command::Post& command);

}  // namespace palabre::broker
