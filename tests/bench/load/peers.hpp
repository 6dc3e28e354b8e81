#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "tests/bench/load/connection.hpp"
#include "tests/bench/load/options.hpp"
#include "tests/bench/load/tally.hpp"

namespace palabre::bench {

/// How one system is spoken to: who makes its publishers (from 0) and its subscribers.
struct Peers {
  std::function<std::unique_ptr<Poster>(std::size_t index)> publisher;
  std::function<std::unique_ptr<Dialogue>()> subscriber;
};

[[nodiscard]] Peers palabre_peers(const Options& options, Tally& tally);
[[nodiscard]] Peers forwarder_peers(const Options& options, Tally& tally);
[[nodiscard]] Peers redis_peers(const Options& options, Tally& tally);
[[nodiscard]] Peers nats_peers(const Options& options, Tally& tally);

[[nodiscard]] Peers peers_of(const Options& options, Tally& tally);

}  // namespace palabre::bench
