#pragma once

#include <cstddef>
#include <set>
#include <string>

#include "broker/session/posting_rate.hpp"
#include "broker/session/token_bucket.hpp"
#include "broker/threads/moment.hpp"

namespace palabre::broker {

/// What one identity may have or ask for in a second; 0: any number.
struct IdentityLimits {
  static constexpr std::size_t kBotShare = 10;

  double messages = 0;          ///< beyond these, what is spare
  double changes = 0;           ///< of rooms, of who is in them, and of who is here
  double reads = 0;             ///< of any kind
  std::set<std::string> bots;   ///< names that may have ten times as much
  std::size_t connections = 0;  ///< at once

  /// How many times as much as others somebody may have.
  [[nodiscard]] std::size_t share_of(const std::string& name) const {
    return !bots.empty() && bots.contains(name) ? kBotShare : 1;
  }
};

/// How fast one identity may ask for what. Outlives a session: who says goodbye and comes back has no more
/// than who stayed.
struct SessionRates {
  PostingRate messages;
  TokenBucket changes;
  TokenBucket reads;

  /// Whether new ones would be the same.
  [[nodiscard]] bool are_full(Moment now) const {
    return messages.is_full(now) && changes.is_full(now) && reads.is_full(now);
  }
};

}  // namespace palabre::broker
