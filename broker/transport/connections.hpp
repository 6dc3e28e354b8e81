#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/domain/connection.hpp"

namespace palabre::broker {

/// The router's book of talk connections: who they belong to, where replies go, and when each was last heard.
/// A connection is the pair of routing id and user id: another user id under a known routing id is somebody
/// else.
class Connections {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  struct Connection {
    ConnectionId id;
    ClientNumber client;  ///< 0 until HELLO was welcomed
  };
  /// The connection a message came on, made when it is new, and noted as alive. When it takes the place of
  /// another one with the same routing id, that one is put into `replaced`.
  Connection heard(std::string_view routing_id, std::string_view user_id, Instant now,
                   std::vector<Connection>& replaced);

  /// False when the connection is gone.
  bool bind(ConnectionId connection, ClientNumber client);
  void unbind(ConnectionId connection);
  /// The routing id that reaches a connection, empty when it is gone.
  [[nodiscard]] std::string_view routing_id(ConnectionId connection) const;
  /// Forgets one connection; returns it as it was, with id 0 when it was gone already.
  Connection forget(ConnectionId connection);
  /// Forgets and returns all that were not heard since `deadline`.
  std::vector<Connection> forget_silent(Instant deadline);

  [[nodiscard]] std::size_t size() const { return by_id_.size(); }

 private:
  struct Entry {
    std::string routing_id;
    std::string user_id;
    ClientNumber client;
    Instant last_heard;
  };
  std::unordered_map<ConnectionId, Entry> by_id_;
  std::unordered_map<std::string, ConnectionId> by_routing_id_;
  ConnectionId last_id_;
};

}  // namespace palabre::broker
