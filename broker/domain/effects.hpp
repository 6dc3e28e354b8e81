#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "broker/domain/connection.hpp"
#include "broker/domain/orders.hpp"
#include "broker/domain/post_in_parts.hpp"
#include "broker/domain/records.hpp"
#include "schema/frames.hpp"
#include "schema/messages.hpp"

/// What a decision asks the outside to do, once its records are safe.
namespace palabre::broker {

namespace effect {

/// Tell the one who asked.
struct Answer {
  ConnectionId connection;
  RequestId request;
  Reply reply;
};
/// Acknowledge a post; whether it was stored or received is for the recorder to say.
struct Acknowledge {
  ConnectionId connection;
  RequestId request;
  std::string room;
  OutboxId outbox;
  std::vector<reply::Ack> acks;
  std::shared_ptr<PostInParts> whole = {};  ///< of which this is a part, if so
};
/// The connection belongs to `client` from now on.
struct Admitted {
  ConnectionId connection;
  RequestId request;
  ClientNumber client;
  std::string name;
  bool is_new = false;
  std::vector<RoomHead> rooms;
  CurveKey key = {};  ///< what proves the client, if it was a key
};
/// The connection belongs to nobody any more; `is_last` when the identity has no other.
struct Departed {
  ConnectionId connection;
  ClientNumber client;
  bool is_last = false;
};
/// Tell everybody who watches the room. Requires an open one.
struct Notify {
  std::string room;
  NoticeEvent what;
};
/// Tell these alone: what happens in a private room.
struct NotifyMembers {
  std::vector<ConnectionId> connections;
  std::string room;
  NoticeEvent what;
};
/// What became of an order. What it closes and opens comes first; then the operator is told.
struct Ruling {
  OrderId order = {};
  NamedClient about = {};               ///< whom; nobody when it is refused
  std::optional<Refusal> refusal = {};  ///< why nothing was done
  std::vector<ConnectionId> ended = {};
  CurveKey barred = {};     ///< may not connect any more
  CurveKey forgotten = {};  ///< is a stranger's from now on
  CurveKey admitted = {};   ///< is a registered identity's
};

}  // namespace effect

using Effect = std::variant<effect::Acknowledge, effect::Answer, effect::Admitted, effect::Departed,
                            effect::Notify, effect::NotifyMembers, effect::Ruling>;

/// What the directory shows and decisions have changed; the same may be named more than once.
struct Touched {
  struct Membership {
    RoomNumber room;
    ClientNumber client;
  };
  std::vector<ClientNumber> clients;  ///< came, went, or are in other rooms
  std::vector<Membership> memberships;

  void touch(ClientNumber client) { clients.push_back(client); }
  void touch(RoomNumber room, ClientNumber client) {
    clients.push_back(client);
    memberships.push_back({room, client});
  }
  [[nodiscard]] bool is_any() const { return !clients.empty(); }
};

/// Everything a decision leads to.
struct Outcome {
  std::vector<Record> records;
  std::vector<Effect> effects;
  Touched touched;
};

}  // namespace palabre::broker
