#include <utility>

#include "broker/domain/handle.hpp"

namespace palabre::broker {
namespace {

using effect::Ruling;
using Act = record::OperatorAct::Kind;

Ruling refused(RefusalCode code, std::string sentence) {
  return {.refusal = refuse(code, std::move(sentence))};
}

Ruling nobody_called(const std::string& name) {
  return refused(RefusalCode::no_such_client, "nobody is called \"" + name + "\"");
}

/// Why a key cannot be given to somebody; nothing when it can.
std::optional<Ruling> refuse_key(const Roster& roster, const CurveKey& key) {
  const auto keeper = roster.find_key(key);
  if (!keeper) return std::nullopt;
  return refused(RefusalCode::not_allowed, "this key is \"" + roster.at(keeper).name + "\"'s");
}

Ruling about(const Turn& turn, ClientNumber client) {
  turn.outcome.touched.touch(client);
  return {.about = {client, turn.state.roster.at(client).name}};
}

void note(const Turn& turn, Act act, ClientNumber client, std::string text) {
  turn.outcome.records.emplace_back(record::OperatorAct{act, client, std::move(text), turn.now});
}

Ruling decide(const Turn& turn, const order::Ban& ban) {
  auto& roster = turn.state.roster;
  const auto client = roster.find(ban.name);
  if (!client) return nobody_called(ban.name);
  if (roster.at(client).ban)
    return refused(RefusalCode::not_allowed, "\"" + ban.name + "\" is banned already");
  roster.ban(client, ban.reason);
  note(turn, Act::ban, client, ban.reason);
  auto ruling = about(turn, client);
  ruling.ended = roster.at(client).connections;
  ruling.barred = roster.at(client).proof.key;
  return ruling;
}

Ruling decide(const Turn& turn, const order::Unban& unban) {
  auto& roster = turn.state.roster;
  const auto client = roster.find(unban.name);
  if (!client) return nobody_called(unban.name);
  if (!roster.at(client).ban)
    return refused(RefusalCode::not_allowed, "\"" + unban.name + "\" is not banned");
  roster.unban(client);
  note(turn, Act::unban, client, {});
  auto ruling = about(turn, client);
  ruling.admitted = roster.at(client).proof.key;
  return ruling;
}

/// Why a name that is `bearer`'s cannot be somebody else's.
Ruling refuse_taken(const Roster& roster, const std::string& name, ClientNumber bearer) {
  const auto& present = roster.at(bearer).name;
  return refused(
      RefusalCode::not_allowed,
      "\"" + name + (present == name ? "\" is somebody already" : "\" was \"" + present + "\" before"));
}

Ruling decide(const Turn& turn, const order::Add& add) {
  const auto& roster = turn.state.roster;
  if (const auto bearer = roster.find(add.name)) return refuse_taken(roster, add.name, bearer);
  if (auto refusal = refuse_twin(roster, add.name)) return {.refusal = std::move(*refusal)};
  if (auto refusal = refuse_key(roster, add.key)) return *refusal;
  const auto client = enroll(turn, add.name, {{}, add.key, {}});
  note(turn, Act::add, client, text_of(add.key));
  auto ruling = about(turn, client);
  ruling.admitted = add.key;
  return ruling;
}

Ruling decide(const Turn& turn, const order::Rebind& rebind) {
  auto& [state, outcome, now] = turn;
  const auto client = state.roster.find(rebind.name);
  if (!client) return nobody_called(rebind.name);
  if (auto refusal = refuse_key(state.roster, rebind.key)) return *refusal;
  auto ruling = about(turn, client);
  ruling.forgotten = state.roster.at(client).proof.key;
  ruling.ended = state.roster.at(client).connections;
  // Whoever has the old key may have the token, too.
  state.roster.bind_key(client, rebind.key);
  state.roster.void_token(client);
  outcome.records.emplace_back(record::KeyBound{client, rebind.key, true});
  note(turn, Act::rebind, client, text_of(rebind.key));
  (state.roster.at(client).ban ? ruling.barred : ruling.admitted) = rebind.key;
  // The operator may have said a former name.
  for (const auto room : state.rooms.rooms_of(client))
    turn.notify(room, {NoticeKind::rekeyed, client, state.roster.at(client).name});
  return ruling;
}

Ruling decide(const Turn& turn, const order::Rename& rename) {
  auto& [state, outcome, now] = turn;
  auto& roster = state.roster;
  const auto& [name, next] = rename;
  const auto client = roster.find(name);
  if (!client) return nobody_called(name);
  const auto was = roster.at(client).name;
  if (next == was) return refused(RefusalCode::not_allowed, "that is the name already");
  const auto bearer = roster.find(next);
  if (bearer && bearer != client) return refuse_taken(roster, next, bearer);
  if (auto refusal = refuse_twin(roster, next, client)) return {.refusal = std::move(*refusal)};
  roster.rename(client, next);
  note(turn, Act::rename, client, next);
  for (const auto room : state.rooms.rooms_of(client))
    turn.notify(room, {.kind = NoticeKind::renamed, .client = client, .name = next, .was = was});
  return about(turn, client);
}

}  // namespace

void handle(const Turn& turn, command::Operate operate) {
  auto ruling = std::visit([&turn](const auto& order) { return decide(turn, order); }, operate.order);
  ruling.order = operate.id;
  const auto client = ruling.about.client;
  const auto ended = ruling.ended;
  // First the doors are closed, then whoever stood in them is let go.
  turn.outcome.effects.emplace_back(std::move(ruling));
  for (const auto connection : ended) let_go(turn, client, connection);
}

}  // namespace palabre::broker
