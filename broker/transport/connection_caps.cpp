#include "broker/transport/connection_caps.hpp"

namespace palabre::broker {

ConnectionCaps::Answer ConnectionCaps::came(const PeerAddress& address) {
  const auto from_there = ++open_[address];
  ++total_;
  if (total_ > limits_.total) return Answer::too_many;
  return from_there > most_from(address) ? Answer::too_many_from_there : Answer::has_place;
}

void ConnectionCaps::went(const PeerAddress& address) {
  const auto found = open_.find(address);
  if (found == open_.end()) return;
  --total_;
  if (--found->second == 0) open_.erase(found);
}

}  // namespace palabre::broker
