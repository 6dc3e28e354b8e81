#include <utility>

#include "broker/domain/handle.hpp"

namespace palabre::broker {
namespace {

ClientNumber enroll(const Turn& turn, const command::Admit& admit) {
  auto& [state, outcome, now] = turn;
  const auto client = state.roster.add(admit.name, admit.token);
  state.rooms.join(kLobby, client);
  outcome.touched.touch(kLobby, client);
  outcome.records.emplace_back(record::Registered{client, admit.name, admit.token, now});
  outcome.records.emplace_back(record::Joined{kLobby, client, now});
  return client;
}

/// A run of a program that says HELLO anew has given up the connections it had. What is still on its way on
/// them must not be stored any more: their sender may have been told that it was refused, and may have sent
/// what was behind it under another outbox.
void replace_earlier(const Turn& turn, ClientNumber client, ConnectionId connection, RunId run) {
  for (const auto earlier : turn.state.roster.others_of_run(client, connection, run)) {
    turn.state.roster.disconnect(client, earlier);
    turn.outcome.effects.emplace_back(effect::Departed{earlier, client, false});
  }
}

}  // namespace

void handle(const Turn& turn, command::Admit admit) {
  auto& [state, outcome, now] = turn;
  const auto owner = state.roster.owner_of(admit.connection);
  const Origin origin{owner, admit.connection, admit.request};
  auto client = state.roster.find(admit.name);
  if (owner && client != owner) {
    return turn.answer(origin,
                       refuse(RefusalCode::not_allowed, "this connection has said hello as somebody else"));
  }
  // Both sides are hashes of secrets, so how long the comparison takes tells nothing about a token.
  if (client && state.roster.at(client).token != admit.token) {
    return turn.answer(origin, refuse(RefusalCode::wrong_token));
  }
  const bool is_new = !client;
  if (is_new) client = enroll(turn, admit);
  outcome.effects.push_back(effect::Admitted{admit.connection, admit.request, client, std::move(admit.name),
                                             is_new, state.rooms.heads_of(client)});
  if (state.roster.connect(client, admit.connection, admit.run)) {
    turn.notify(kLobby, NoticeKind::came, client);
    outcome.touched.touch(client);
  }
  replace_earlier(turn, client, admit.connection, admit.run);
}

}  // namespace palabre::broker
