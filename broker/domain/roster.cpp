#include "broker/domain/roster.hpp"

#include <utility>

namespace palabre::broker {

ClientNumber Roster::find(std::string_view name) const {
  const auto found = by_name_.find(std::string(name));
  return found == by_name_.end() ? ClientNumber{} : found->second;
}

ClientNumber Roster::add(std::string name, TokenHash token) {
  const ClientNumber number{static_cast<std::uint32_t>(identities_.size() + 1)};
  by_name_.emplace(name, number);
  identities_.push_back({std::move(name), std::move(token), {}});
  return number;
}

ClientNumber Roster::owner_of(ConnectionId connection) const {
  const auto found = owners_.find(connection);
  return found == owners_.end() ? ClientNumber{} : found->second;
}

bool Roster::connect(ClientNumber client, ConnectionId connection) {
  if (!owners_.emplace(connection, client).second) return false;
  auto& connections = identities_.at(client.value - 1).connections;
  connections.push_back(connection);
  return connections.size() == 1;
}

bool Roster::disconnect(ClientNumber client, ConnectionId connection) {
  auto& connections = identities_.at(client.value - 1).connections;
  owners_.erase(connection);
  std::erase(connections, connection);
  return connections.empty();
}

}  // namespace palabre::broker
