#include "broker/transport/connections.hpp"

namespace palabre::broker {

Connections::Connection Connections::heard(std::string_view routing_id, std::string_view user_id, Instant now,
                                           std::vector<Connection>& replaced) {
  const std::string key(routing_id);
  if (const auto known = by_routing_id_.find(key); known != by_routing_id_.end()) {
    auto& entry = by_id_.at(known->second);
    if (entry.user_id == user_id) {
      entry.last_heard = now;
      return {known->second, entry.client};
    }
    replaced.push_back(forget(known->second));
  }
  last_id_ = last_id_.next();
  by_id_.emplace(last_id_, Entry{key, std::string(user_id), {}, now});
  by_routing_id_.emplace(key, last_id_);
  return {last_id_, {}};
}

bool Connections::bind(ConnectionId connection, ClientNumber client) {
  const auto found = by_id_.find(connection);
  if (found == by_id_.end()) return false;
  found->second.client = client;
  return true;
}

void Connections::unbind(ConnectionId connection) { bind(connection, {}); }

std::string_view Connections::routing_id(ConnectionId connection) const {
  const auto found = by_id_.find(connection);
  return found == by_id_.end() ? std::string_view{} : std::string_view(found->second.routing_id);
}

Connections::Connection Connections::forget(ConnectionId connection) {
  const auto found = by_id_.find(connection);
  if (found == by_id_.end()) return {};
  const Connection gone{connection, found->second.client};
  by_routing_id_.erase(found->second.routing_id);
  by_id_.erase(found);
  return gone;
}

std::vector<Connections::Connection> Connections::forget_silent(Instant deadline) {
  std::vector<ConnectionId> silent;
  for (const auto& [id, entry] : by_id_) {
    if (entry.last_heard < deadline) silent.push_back(id);
  }
  std::vector<Connection> gone;
  gone.reserve(silent.size());
  for (const auto id : silent) gone.push_back(forget(id));
  return gone;
}

}  // namespace palabre::broker
