#pragma once

#include "schema/ids.hpp"

namespace palabre::broker {

/// One TCP connection to the talk port as the router counts them: from 1, never given twice in a run.
using ConnectionId = Number<struct ConnectionTag, std::uint64_t>;

/// Whose request it is and where the answer goes.
struct Origin {
  ClientNumber client;
  ConnectionId connection;
  RequestId request;
};

}  // namespace palabre::broker
