#pragma once

#include <cstddef>
#include <zmq.hpp>

namespace palabre::broker {

/// The ZeroMQ context of a broker that is to serve so many clients: seeds what libzmq leaves unseeded, raises
/// the limit on open descriptors as far as the system lets it, and gives it two io threads: one reads
/// requests, both serve the feed.
[[nodiscard]] zmq::context_t make_context(std::size_t clients_max);

/// How many clients the limit on open descriptors leaves room for: at it, libzmq's threads spin.
[[nodiscard]] std::size_t clients_allowed();

/// How many TCP connections may be open at once: two a client, some of strangers, and not so many that the
/// limit on open descriptors is reached. Above that some descriptors stay free, because there is a
/// moment between libzmq's taking a connection and the end of one too many.
[[nodiscard]] std::size_t connections_allowed(std::size_t clients_max);

}  // namespace palabre::broker
