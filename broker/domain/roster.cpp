#include "broker/domain/roster.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace palabre::broker {
namespace {

/// The same for names that look alike in many typefaces: `rn` is read as `m`, `0` as `o`, `1` as `l`.
std::string look_of(std::string_view name) {
  std::string look;
  for (const char letter : name) {
    if (letter == 'm') {
      look += "rn";
    } else {
      look += letter == '0' ? 'o' : letter == '1' ? 'l' : letter;
    }
  }
  return look;
}

template <class Names>
ClientNumber found_in(const Names& names, const std::string& key) {
  const auto found = names.find(key);
  return found == names.end() ? ClientNumber{} : found->second;
}

}  // namespace

ClientNumber Roster::find(std::string_view name) const { return found_in(by_name_, std::string(name)); }

ClientNumber Roster::find_key(const CurveKey& key) const { return found_in(by_key_, key); }

ClientNumber Roster::find_twin(std::string_view name, ClientNumber but_for) const {
  const auto [first, last] = by_look_.equal_range(look_of(name));
  const auto found = std::find_if(first, last, [but_for](const auto& it) { return it.second != but_for; });
  return found == last ? ClientNumber{} : found->second;
}

ClientNumber Roster::add(std::string name, Proof proof) {
  const ClientNumber number{static_cast<std::uint32_t>(identities_.size() + 1)};
  note_name(name, number);
  if (!proof.key.empty()) by_key_.emplace(proof.key, number);
  if (proof.invite) spent_.insert(proof.invite);
  identities_.push_back({std::move(name), std::move(proof)});
  return number;
}

void Roster::rename(ClientNumber client, std::string name) {
  auto& present = identities_.at(client.value - 1).name;
  former_names_.emplace(present, client);
  note_name(name, client);
  present = std::move(name);
}

void Roster::note_name(const std::string& name, ClientNumber client) {
  if (by_name_.emplace(name, client).second) by_look_.emplace(look_of(name), client);
}

void Roster::bind_key(ClientNumber client, const CurveKey& key) {
  auto& proof = identities_.at(client.value - 1).proof;
  by_key_.erase(proof.key);
  proof.key = key;
  by_key_.emplace(key, client);
}

void Roster::void_token(ClientNumber client) { identities_.at(client.value - 1).proof.token.clear(); }

void Roster::ban(ClientNumber client, std::string reason) {
  identities_.at(client.value - 1).ban = std::move(reason);
}

void Roster::unban(ClientNumber client) { identities_.at(client.value - 1).ban.reset(); }

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
