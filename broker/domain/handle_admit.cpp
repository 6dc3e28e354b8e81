#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "broker/domain/handle.hpp"
#include "broker/domain/room_views.hpp"

namespace palabre::broker {
namespace {

/// Why whoever is nobody yet cannot become somebody, whatever the name; nothing when he can.
std::optional<Refusal> refuse_stranger(const Roster& roster, const command::Admit& admit) {
  if (!admit.may_register && !admit.key.empty()) {
    return refuse(RefusalCode::not_registered, "nobody here has this key, and newcomers need an invitation");
  }
  if (!admit.may_register) return refuse(RefusalCode::not_registered);
  if (roster.is_spent(admit.invite))
    return refuse(RefusalCode::not_registered, "this invitation was used before");
  return std::nullopt;
}

/// Why nobody can be made of a name that is free; nothing when somebody can.
std::optional<Refusal> refuse_newcomer(const Roster& roster, const command::Admit& admit) {
  if (auto refusal = refuse_stranger(roster, admit)) return refusal;
  return refuse_twin(roster, admit.name);
}

/// Why the one who says HELLO is not `client`, whose the name is; nothing when he is. A token counts where
/// nothing is encrypted, and once more for who comes with encryption for the first time.
std::optional<Refusal> refuse_identity(const Proof& proof, const command::Admit& admit, bool is_own) {
  // A HELLO said again reaches the session, which knows no keys: that of its connection was looked at before.
  if (is_own && admit.key.empty() && !proof.key.empty()) return std::nullopt;
  // Both sides are hashes of secrets, so how long the comparison takes tells nothing about a token.
  const bool has_token = !admit.token.empty() && proof.token == admit.token;
  if (admit.key.empty() && admit.token.empty()) return refuse(RefusalCode::bad_token);
  if (admit.key.empty()) return has_token ? std::nullopt : std::optional(refuse(RefusalCode::wrong_token));
  if (proof.key == admit.key || (proof.key.empty() && has_token)) return std::nullopt;
  return refuse(RefusalCode::wrong_key);
}

/// The same, in words that a stranger may hear: whose key is nobody's, and who may not register, does not
/// learn which names are taken. Who lost his key hears that it is another one once he is invited anew.
std::optional<Refusal> refuse_claim(const Roster& roster, const command::Admit& admit, ClientNumber client,
                                    ClientNumber owner) {
  auto refusal = refuse_identity(roster.at(client).proof, admit, client == owner);
  if (!refusal || admit.key.empty()) return refusal;
  auto unheard = refuse_stranger(roster, admit);
  return unheard ? std::move(unheard) : std::move(refusal);
}

Refusal refuse_banned(const std::string& reason) {
  return reason.empty() ? refuse(RefusalCode::banned)
                        : refuse(RefusalCode::banned, "you are banned from this broker: " + reason);
}

/// Why the client may have no connection beside those that it has; nothing when it may. Those that are given
/// up for this one do not count.
std::optional<Refusal> refuse_connection(const Roster& roster, const command::Admit& admit,
                                         ClientNumber client) {
  if (admit.connections_max == 0 || roster.is_connected(client, admit.connection)) return std::nullopt;
  const auto replaced = roster.others_of_run(client, admit.connection, admit.run).size();
  if (roster.at(client).connections.size() - replaced < admit.connections_max) return std::nullopt;
  constexpr std::uint64_t kUntilSomeMayHaveGoneMs = 1000;
  auto refusal = refuse(RefusalCode::busy, "as many of your connections are open as one may have (" +
                                               std::to_string(admit.connections_max) + ")");
  refusal.retry_after_ms = kUntilSomeMayHaveGoneMs;
  return refusal;
}

std::optional<Refusal> refuse_hello(const Roster& roster, const command::Admit& admit) {
  const auto owner = roster.owner_of(admit.connection);
  const auto client = roster.find(admit.name);
  // Behind a GOODBYE. Whoever judges strangers has not seen it; what is sent again comes to him.
  if (admit.is_said_again && !owner) return refuse(RefusalCode::busy);
  if (owner && client != owner)
    return refuse(RefusalCode::not_allowed, "this connection has said hello as somebody else");
  const auto keeper = admit.key.empty() ? ClientNumber{} : roster.find_key(admit.key);
  if (keeper && keeper != client)
    return refuse(RefusalCode::not_allowed, "this key is \"" + roster.at(keeper).name + "\"'s");
  if (!client) return refuse_newcomer(roster, admit);
  if (auto refusal = refuse_claim(roster, admit, client, owner)) return refusal;
  // Only whoever proves to be it hears why.
  const auto& identity = roster.at(client);
  if (identity.ban) return refuse_banned(*identity.ban);
  return refuse_connection(roster, admit, client);
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

ClientNumber enroll(const Turn& turn, const std::string& name, const Proof& proof) {
  auto& [state, outcome, now] = turn;
  const auto client = state.roster.add(name, proof);
  state.rooms.join(kLobby, client);
  outcome.touched.touch(kLobby, client);
  outcome.records.emplace_back(record::Registered{client, name, proof, now});
  outcome.records.emplace_back(record::Joined{kLobby, client, now});
  return client;
}

std::optional<Refusal> refuse_twin(const Roster& roster, const std::string& name, ClientNumber client) {
  const auto twin = roster.find_twin(name, client);
  if (!twin) return std::nullopt;
  return refuse(RefusalCode::bad_name,
                "people could take the name for \"" + roster.at(twin).name + "\", who is somebody else");
}

void handle(const Turn& turn, command::Admit admit) {
  auto& [state, outcome, now] = turn;
  if (const auto refusal = refuse_hello(state.roster, admit)) {
    const Origin origin{state.roster.owner_of(admit.connection), admit.connection, admit.request};
    return turn.answer(origin, *refusal);
  }
  auto client = state.roster.find(admit.name);
  const bool is_new = !client;
  if (is_new) client = enroll(turn, admit.name, {admit.token, admit.key, admit.invite});
  if (!admit.key.empty() && state.roster.at(client).proof.key != admit.key) {
    state.roster.bind_key(client, admit.key);
    outcome.touched.touch(client);
    outcome.records.emplace_back(record::KeyBound{client, admit.key});
  }
  // It may have said a former name of its own.
  outcome.effects.push_back(effect::Admitted{admit.connection, admit.request, client,
                                             state.roster.at(client).name, is_new, heads_for(state, client),
                                             admit.key});
  if (state.roster.connect(client, admit.connection, admit.run)) {
    turn.notify(kLobby, {NoticeKind::came, client, state.roster.at(client).name});
    outcome.touched.touch(client);
  }
  replace_earlier(turn, client, admit.connection, admit.run);
}

}  // namespace palabre::broker
