#include "broker/transport/connections.hpp"

#include <iterator>

namespace palabre::broker {

Connections::Connection Connections::heard(std::string_view routing_id, std::string_view user_id, Moment now,
                                           std::vector<Connection>& gone) {
  if (const auto known = by_routing_id_.find(routing_id); known != by_routing_id_.end()) {
    auto& entry = known->second;
    if (entry.user_id == user_id) {
      entry.last_heard = now;
      return {entry.id, entry.client};
    }
    forget(known, gone);
  }
  last_id_ = last_id_.next();
  const auto made = by_routing_id_.emplace(routing_id, Entry{last_id_, std::string(user_id), {}, now}).first;
  by_id_.emplace(last_id_, &*made);
  return {last_id_, {}};
}

bool Connections::bind(ConnectionId connection, ClientNumber client) {
  const auto found = by_id_.find(connection);
  if (found == by_id_.end()) return false;
  found->second->second.client = client;
  return true;
}

std::string_view Connections::routing_id(ConnectionId connection) const {
  const auto found = by_id_.find(connection);
  return found == by_id_.end() ? std::string_view{} : std::string_view(found->second->first);
}

std::string_view Connections::user_id(ConnectionId connection) const {
  const auto found = by_id_.find(connection);
  return found == by_id_.end() ? std::string_view{} : std::string_view(found->second->second.user_id);
}

void Connections::forget(ConnectionId connection, std::vector<Connection>& gone) {
  const auto found = by_id_.find(connection);
  if (found != by_id_.end()) forget(by_routing_id_.find(found->second->first), gone);
}

void Connections::forget_silent(Moment deadline, std::vector<Connection>& gone) {
  for (auto it = by_routing_id_.begin(); it != by_routing_id_.end();) {
    it = it->second.last_heard < deadline ? forget(it, gone) : std::next(it);
  }
}

Connections::ByRoutingId::iterator Connections::forget(ByRoutingId::iterator entry,
                                                       std::vector<Connection>& gone) {
  gone.push_back({entry->second.id, entry->second.client});
  by_id_.erase(entry->second.id);
  return by_routing_id_.erase(entry);
}

}  // namespace palabre::broker
