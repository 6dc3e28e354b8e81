#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>

#include "broker/session/session.hpp"
#include "broker/threads/guarded.hpp"

namespace palabre::broker {

/// The running sessions by client number. The greeter opens and closes them, and who ends the
/// broker closes all when the greeter has ended; the router delivers to them.
class Registry {
 public:
  Registry(SessionTools tools, std::size_t sessions_max) : tools_(tools), sessions_max_(sessions_max) {}

  /// Whether the client has a session or may have one; 0: somebody new.
  [[nodiscard]] bool has_room_for(ClientNumber client) const;
  /// Makes sure that the client has a session. False when there are too many, or the machine has no thread
  /// left.
  [[nodiscard]] bool open(ClientNumber client);
  /// Ends the session of a client that has left.
  void close(ClientNumber client);
  void close_all();

  /// As Session::deliver; `closed` when the client has no session.
  GroupPush deliver(ClientNumber client, std::span<RequestFrame> requests);
  void vanished(ClientNumber client, ConnectionId connection);

 private:
  static constexpr std::size_t kLeftMin = 1024;  ///< more than so many are looked through

  using Sessions = std::unordered_map<ClientNumber, std::shared_ptr<Session>>;
  [[nodiscard]] std::shared_ptr<Session> find(ClientNumber client) const;
  [[nodiscard]] std::optional<SessionRates> take_rates(ClientNumber client);
  void keep_rates(ClientNumber client, const SessionRates& rates);

  const SessionTools tools_;
  const std::size_t sessions_max_;
  Guarded<Sessions> sessions_;
  // Touched by the greeter only: what those who left had asked for in so short a time, until it means
  // nothing.
  std::unordered_map<ClientNumber, SessionRates> left_;
  std::size_t left_max_ = kLeftMin;
};

}  // namespace palabre::broker
