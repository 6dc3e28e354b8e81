#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/domain/connection.hpp"
#include "broker/threads/moment.hpp"

namespace palabre::broker {

/// The router's book of talk connections: who they belong to, where replies go, and when each was last heard.
/// A connection is the pair of routing id and user id: another user id under a known routing id is somebody
/// else.
class Connections {
 public:
  struct Connection {
    ConnectionId id;
    ClientNumber client;  ///< 0 until HELLO was welcomed
  };
  /// The connection a message came on, made when it is new, and noted as alive. When it takes the place of
  /// another one with the same routing id, that one is appended to `gone`.
  Connection heard(std::string_view routing_id, std::string_view user_id, Moment now,
                   std::vector<Connection>& gone);

  /// False when the connection is gone.
  bool bind(ConnectionId connection, ClientNumber client);
  /// The routing id that reaches a connection, empty when it is gone.
  [[nodiscard]] std::string_view routing_id(ConnectionId connection) const;
  /// Whom libzmq authenticated on it, empty when it is gone.
  [[nodiscard]] std::string_view user_id(ConnectionId connection) const;
  /// Forgets one connection and appends it to `gone` as it was, unless it was gone already.
  void forget(ConnectionId connection, std::vector<Connection>& gone);
  /// Forgets all that were not heard since `deadline`, and appends them to `gone`.
  void forget_silent(Moment deadline, std::vector<Connection>& gone);

  [[nodiscard]] std::size_t size() const { return by_id_.size(); }

 private:
  struct Entry {
    ConnectionId id;
    std::string user_id;
    ClientNumber client;
    Moment last_heard;
  };
  // Looks up what a frame shows without a copy of it.
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using ByRoutingId = std::unordered_map<std::string, Entry, Hash, std::equal_to<>>;
  ByRoutingId::iterator forget(ByRoutingId::iterator entry, std::vector<Connection>& gone);

  ByRoutingId by_routing_id_;
  std::unordered_map<ConnectionId, ByRoutingId::pointer> by_id_;
  ConnectionId last_id_;
};

}  // namespace palabre::broker
