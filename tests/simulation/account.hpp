#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/events.hpp"

namespace palabre::broker::simulation {

/// What one user did and was told, over all runs of their program: what the checker compares with the store.
struct Account {
  enum class Fate : std::uint8_t {
    unknown,
    stored,
    refused,
    never_sent,  ///< the program was killed before the post was in its outbox file
  };
  struct Posted {
    std::string room;
    std::string text;  ///< no other post of any user has it
    unsigned run;      ///< of the program; one for all that share an outbox file
    Fate fate = Fate::unknown;
    bool is_awaited = true;  ///< the present run will tell its fate
    std::optional<event::Stored> stored = {};
    std::size_t fate_in_life = 0;  ///< of the store: in which its fate was told
  };
  /// A room as it was followed from one moment to another, in one epoch.
  struct Following {
    std::string room;
    std::optional<Sequence> from;  ///< as asked for
    Sequence due_from;             ///< everything from here on is to be handed over; 0 while that is not told
    bool is_due = false;           ///< until somebody leaves the room, the program ends or the epoch does
    /// The broker named this head, below what was handed over: the user is to be told.
    std::optional<Sequence> went_back_to = {};
    /// A bare old copy had others' messages already where the last ones were that were handed over, when the
    /// user was back: no head tells of it, and the user is not promised to be told, nor to be
    /// handed no mixture (RELIABILITY.md, "Not yet").
    bool is_overgrown = false;
    std::vector<event::Message> messages = {};

    /// Whether all was handed over that is due of a room with this head. Who was handed more than that is
    /// still to be told that the store went back.
    [[nodiscard]] bool is_complete_at(Sequence head) const {
      return messages.empty() ? head < due_from : messages.back().sequence == head;
    }
  };

  std::string name;
  std::vector<Posted> posts;
  std::vector<Following> followings;
  std::vector<std::string> complaints;  ///< what may never be told to a user at all
};

}  // namespace palabre::broker::simulation
