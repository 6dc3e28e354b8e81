#pragma once

#include "schema/ids.hpp"
#include "tests/simulation/feed_network.hpp"

/// A planted bug: what the broker says, as a client would understand it that takes every epoch for the same.
namespace palabre::broker::simulation {

[[nodiscard]] Bytes reply_of_epoch(const Bytes& frame, const Epoch& epoch);
[[nodiscard]] Bytes feed_of_epoch(const FeedNetwork::Frame& frame, const Epoch& epoch);

}  // namespace palabre::broker::simulation
