#include <optional>
#include <utility>

#include "broker/domain/handle.hpp"
#include "broker/domain/room_views.hpp"

namespace palabre::broker {
namespace {

ClientNumber enroll(const Turn& turn, const command::Admit& admit) {
  auto& [state, outcome, now] = turn;
  const Proof proof{admit.token, admit.key, admit.invite};
  const auto client = state.roster.add(admit.name, proof);
  state.rooms.join(kLobby, client);
  outcome.touched.touch(kLobby, client);
  outcome.records.emplace_back(record::Registered{client, admit.name, proof, now});
  outcome.records.emplace_back(record::Joined{kLobby, client, now});
  return client;
}

/// Why nobody can be made of a name that is free; nothing when somebody can.
std::optional<Refusal> refuse_newcomer(const Roster& roster, const command::Admit& admit) {
  if (!admit.may_register) return refuse(RefusalCode::not_registered);
  if (roster.is_spent(admit.invite))
    return refuse(RefusalCode::not_registered, "this invitation was used before");
  if (const auto twin = roster.find_twin(admit.name)) {
    return refuse(RefusalCode::bad_name,
                  "people could take the name for \"" + roster.at(twin).name + "\", who is somebody else");
  }
  return std::nullopt;
}

/// Why the one who says HELLO is not `client`, whose the name is; nothing when he is. A token counts where
/// nothing is encrypted, and once more for who comes with encryption for the first time.
std::optional<Refusal> refuse_identity(const Proof& proof, const command::Admit& admit) {
  // Both sides are hashes of secrets, so how long the comparison takes tells nothing about a token.
  const bool has_token = !admit.token.empty() && proof.token == admit.token;
  if (admit.key.empty()) return has_token ? std::nullopt : std::optional(refuse(RefusalCode::wrong_token));
  if (proof.key == admit.key || (proof.key.empty() && has_token)) return std::nullopt;
  return refuse(RefusalCode::wrong_key);
}

std::optional<Refusal> refuse_hello(const Roster& roster, const command::Admit& admit) {
  const auto owner = roster.owner_of(admit.connection);
  const auto client = roster.find(admit.name);
  if (owner && client != owner)
    return refuse(RefusalCode::not_allowed, "this connection has said hello as somebody else");
  const auto keeper = admit.key.empty() ? ClientNumber{} : roster.find_key(admit.key);
  if (keeper && keeper != client)
    return refuse(RefusalCode::not_allowed, "this key is \"" + roster.at(keeper).name + "\"'s");
  return client ? refuse_identity(roster.at(client).proof, admit) : refuse_newcomer(roster, admit);
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
  if (const auto refusal = refuse_hello(state.roster, admit)) {
    const Origin origin{state.roster.owner_of(admit.connection), admit.connection, admit.request};
    return turn.answer(origin, *refusal);
  }
  auto client = state.roster.find(admit.name);
  const bool is_new = !client;
  if (is_new) client = enroll(turn, admit);
  if (!admit.key.empty() && state.roster.at(client).proof.key != admit.key) {
    state.roster.bind_key(client, admit.key);
    outcome.touched.touch(client);
    outcome.records.emplace_back(record::KeyBound{client, admit.key});
  }
  outcome.effects.push_back(effect::Admitted{admit.connection, admit.request, client, std::move(admit.name),
                                             is_new, heads_for(state, client), admit.key});
  if (state.roster.connect(client, admit.connection, admit.run)) {
    turn.notify(kLobby, {NoticeKind::came, client, state.roster.at(client).name});
    outcome.touched.touch(client);
  }
  replace_earlier(turn, client, admit.connection, admit.run);
}

}  // namespace palabre::broker
