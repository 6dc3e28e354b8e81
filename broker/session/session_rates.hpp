#pragma once

#include "broker/session/posting_rate.hpp"
#include "broker/session/token_bucket.hpp"
#include "broker/threads/moment.hpp"

namespace palabre::broker {

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
