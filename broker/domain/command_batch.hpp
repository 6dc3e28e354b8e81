#pragma once

#include <cstddef>
#include <vector>

#include "broker/domain/commands.hpp"
#include "broker/domain/effects.hpp"
#include "broker/domain/segment.hpp"
#include "broker/domain/state.hpp"

namespace palabre::broker {

/// The commands that are stored together: what all of them led to, and which of it each one did, so that they
/// can be refused one by one when nothing of it could be stored. Pure.
class CommandBatch {
 public:
  /// Applies the command.
  void decide(State& state, Command command, TimeMs now);
  /// None of the records was stored, and `state` is what is: who wanted to store something is refused
  /// `storage_full`, and so is who rests on that. Connections that it would have welcomed or ended are
  /// nobody's then, in `state` and at the door.
  void refuse_what_was_not_stored(State& state);

  [[nodiscard]] bool is_empty() const { return steps_.empty(); }
  [[nodiscard]] Outcome& outcome() { return outcome_; }
  void clear();

 private:
  /// Up to where the outcome is due to one command, from where the one before ended.
  struct Step {
    ConnectionId connection;
    RequestId request;
    OrderId order;
    std::size_t records_end;
    std::size_t effects_end;
  };

  Outcome outcome_;
  std::vector<Step> steps_;
};

/// The senders of a segment's messages, each once, by number.
[[nodiscard]] std::vector<NamedClient> names_in(const Segment& segment, const Roster& roster);

}  // namespace palabre::broker
