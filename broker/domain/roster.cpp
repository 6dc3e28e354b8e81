#include "broker/domain/roster.hpp"

#include <algorithm>
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

bool Roster::connect(ClientNumber client, ConnectionId connection) {
  if (is_connected(client, connection)) return false;
  auto& connections = identities_.at(client.value - 1).connections;
  connections.push_back(connection);
  return connections.size() == 1;
}

bool Roster::is_connected(ClientNumber client, ConnectionId connection) const {
  return std::ranges::find(at(client).connections, connection) != at(client).connections.end();
}

bool Roster::disconnect(ClientNumber client, ConnectionId connection) {
  auto& connections = identities_.at(client.value - 1).connections;
  std::erase(connections, connection);
  return connections.empty();
}

}  // namespace palabre::broker
