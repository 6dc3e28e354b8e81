#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "broker/domain/connection.hpp"
#include "broker/domain/records.hpp"

namespace palabre::broker {

/// All identities by client number, and which of them are connected. Numbers count from 1 and are never
/// reused; nor are names, which stay their bearer's when he gets another one.
class Roster {
 public:
  struct Identity {
    std::string name;  ///< the present one
    Proof proof;
    std::vector<ConnectionId> connections = {};
    std::optional<std::string> ban = {};  ///< why the operator keeps it out, if he does
    [[nodiscard]] bool is_online() const { return !connections.empty(); }
  };

  using Names = std::map<std::string, ClientNumber, std::less<>>;

  /// The number behind a name, be it a former one; 0 when it is free.
  [[nodiscard]] ClientNumber find(std::string_view name) const;
  /// The number that a key proves, 0 when it proves none.
  [[nodiscard]] ClientNumber find_key(const CurveKey& key) const;
  /// Who but `but_for` has or had a name that people could take for this one, as `ho1ly` for `holly` or
  /// `rnax` for `max`; 0 when nobody.
  [[nodiscard]] ClientNumber find_twin(std::string_view name, ClientNumber but_for = {}) const;
  /// All names that were given up once, and whose they are. Only ever grows.
  [[nodiscard]] const Names& former_names() const { return former_names_; }
  [[nodiscard]] bool is_spent(InviteId invite) const { return spent_.contains(invite); }
  /// Requires a number that was given.
  [[nodiscard]] const Identity& at(ClientNumber client) const { return identities_.at(client.value - 1); }
  [[nodiscard]] const std::vector<Identity>& all() const { return identities_; }

  ClientNumber add(std::string name, Proof proof);
  /// Requires a name that is nobody else's.
  void rename(ClientNumber client, std::string name);
  /// Requires a key that proves nobody yet.
  void bind_key(ClientNumber client, const CurveKey& key);
  void void_token(ClientNumber client);
  void ban(ClientNumber client, std::string reason);
  void unban(ClientNumber client);
  /// Whose a connection is, 0 when it is nobody's.
  [[nodiscard]] ClientNumber owner_of(ConnectionId connection) const;
  [[nodiscard]] bool is_connected(ClientNumber client, ConnectionId connection) const {
    return client && owner_of(connection) == client;
  }
  /// Which run of a program speaks on a connection, 0 when it did not say.
  [[nodiscard]] RunId run_of(ConnectionId connection) const;
  /// The client's connections that the same run made before; none for 0.
  [[nodiscard]] std::vector<ConnectionId> others_of_run(ClientNumber client, ConnectionId connection,
                                                        RunId run) const;
  /// Requires a connection that is nobody's or the client's. True when it is the identity's first one; a
  /// connection is counted once.
  bool connect(ClientNumber client, ConnectionId connection, RunId run = {});
  /// Requires is_connected. True when it was the identity's last connection.
  bool disconnect(ClientNumber client, ConnectionId connection);

 private:
  void note_name(const std::string& name, ClientNumber client);

  std::vector<Identity> identities_;
  std::unordered_map<std::string, ClientNumber> by_name_;  ///< former ones, too
  std::unordered_multimap<std::string, ClientNumber> by_look_;
  Names former_names_;
  std::unordered_map<CurveKey, ClientNumber> by_key_;
  std::unordered_set<InviteId> spent_;
  struct Owner {
    ClientNumber client;
    RunId run;
  };
  std::unordered_map<ConnectionId, Owner> owners_;
};

}  // namespace palabre::broker
