#pragma once

#include <optional>
#include <string>

#include "broker/domain/state.hpp"

/// One handler for each kind of command, each in a file of its name.
namespace palabre::broker {

/// What a handler works with: the state it changes, the outcome it appends to, and the time it is.
struct Turn {
  State& state;
  Outcome& outcome;
  TimeMs now;

  void answer(const Origin& origin, Reply reply) const {
    outcome.effects.push_back(effect::Answer{origin.connection, origin.request, std::move(reply)});
  }
  /// Tells everybody, or of a private room its members and whom it happened to.
  void notify(RoomNumber room, NoticeEvent what) const;
  /// Requires a closed room.
  void set_standing(RoomNumber room, ClientNumber client, const std::optional<Standing>& standing) const;
  void end_membership(RoomNumber room, ClientNumber client) const;

 private:
  /// Both ends of a direct room, each by the name that it has for it.
  void notify_both(RoomNumber room, const NoticeEvent& what) const;
};

void handle(const Turn& turn, command::Admit admit);
void handle(const Turn& turn, command::Depart depart);
void handle(const Turn& turn, command::Join join);
void handle(const Turn& turn, command::Leave leave);
void handle(const Turn& turn, command::Moderate moderate);
void handle(const Turn& turn, command::Post post);
void handle(const Turn& turn, command::Operate operate);

/// Gives a name that is free to somebody new, and makes it a member of the lobby.
ClientNumber enroll(const Turn& turn, const std::string& name, const Proof& proof);
/// Why a name that is free, or was `client`'s before, can be nobody's; nothing when it can.
[[nodiscard]] std::optional<Refusal> refuse_twin(const Roster& roster, const std::string& name,
                                                 ClientNumber client = {});
/// Takes a connection from the identity that it belongs to.
void let_go(const Turn& turn, ClientNumber client, ConnectionId connection);

}  // namespace palabre::broker
