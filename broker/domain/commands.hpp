#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "broker/domain/connection.hpp"
#include "broker/domain/orders.hpp"
#include "broker/domain/post_in_parts.hpp"
#include "broker/domain/records.hpp"
#include "schema/messages.hpp"

/// What the domain is asked to decide. Every field has passed the rim's checks.
namespace palabre::broker {

namespace command {

/// A HELLO: register the name or prove it.
struct Admit {
  ConnectionId connection;
  RequestId request;
  std::string name;
  TokenHash token;  ///< empty: none was said
  RunId run = {};
  CurveKey key = {};                ///< what the connection was encrypted with; empty: nothing
  bool may_register = true;         ///< whether a newcomer is taken
  InviteId invite = {};             ///< which invitation a newcomer came with, 0: none
  std::size_t connections_max = 0;  ///< of one identity, this one among them; 0: any number
  bool is_said_again = false;       ///< on a connection that was welcomed: proves only what it proved before
};
/// A connection said GOODBYE (`request`) or vanished (no request).
struct Depart {
  Origin origin;
};
struct Join {
  Origin origin;
  std::string room;
};
struct Leave {
  Origin origin;
  std::string room;
};
struct Moderate {
  Origin origin;
  request::Moderate wanted;
};
struct Post {
  /// Where a text was stored the first time, as an acknowledgement, and in which room.
  struct Original {
    RoomNumber room;
    reply::Ack ack;
  };
  Origin origin;
  request::Post post;
  /// For each text whose counter was used before, in order: looked up by the recorder, because a matrix on
  /// disk is no part of a state in memory.
  std::vector<Original> originals = {};
  /// Why that was not looked up, if so; the originals mean nothing then.
  std::optional<Refusal> not_looked_up = {};
  std::shared_ptr<PostInParts> whole = {};  ///< of which this is a part, if so
};
/// The operator wants something done; what becomes of it is told in effect::Ruling.
struct Operate {
  OrderId id;
  Order order;
};

}  // namespace command

using Command = std::variant<command::Post, command::Admit, command::Depart, command::Join, command::Leave,
                             command::Moderate, command::Operate>;

/// What a command holds beside itself: texts, because nothing else that it may hold is long.
struct CommandBytes {
  std::size_t operator()(const Command& command) const {
    const auto* post = std::get_if<command::Post>(&command);
    if (post == nullptr) return 0;
    return post->post.texts.bytes() + post->post.texts.size() * sizeof(std::uint32_t);
  }
};

}  // namespace palabre::broker
