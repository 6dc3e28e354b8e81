#include "broker/domain/roster.hpp"

#include <algorithm>
#include <iterator>
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
  return found == owners_.end() ? ClientNumber{} : found->second.client;
}

RunId Roster::run_of(ConnectionId connection) const {
  const auto found = owners_.find(connection);
  return found == owners_.end() ? RunId{} : found->second.run;
}

std::vector<ConnectionId> Roster::others_of_run(ClientNumber client, ConnectionId connection,
                                                RunId run) const {
  std::vector<ConnectionId> others;
  if (!run) return others;
  std::ranges::copy_if(at(client).connections, std::back_inserter(others),
                       [&](ConnectionId one) { return one != connection && run_of(one) == run; });
  return others;
}

bool Roster::connect(ClientNumber client, ConnectionId connection, RunId run) {
  if (!owners_.emplace(connection, Owner{client, run}).second) return false;
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
