#include "broker/domain/handle.hpp"

namespace palabre::broker {

void handle(const Turn& turn, command::Depart depart) {
  const auto& [client, connection, request] = depart.origin;
  if (request) turn.answer(depart.origin, reply::Farewell{});
  // It may say goodbye and vanish at once: whatever comes second finds nothing left to do.
  if (turn.state.roster.is_connected(client, connection)) let_go(turn, client, connection);
}

void let_go(const Turn& turn, ClientNumber client, ConnectionId connection) {
  auto& [state, outcome, now] = turn;
  const bool is_last = state.roster.disconnect(client, connection);
  outcome.effects.push_back(effect::Departed{connection, client, is_last});
  if (!is_last) return;
  turn.notify(kLobby, {NoticeKind::went, client, state.roster.at(client).name});
  outcome.touched.touch(client);
}

}  // namespace palabre::broker
