#include "broker/domain/state.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "broker/domain/handle.hpp"

namespace palabre::broker {

namespace {

// What a stranger may not ask for. A session's client is one, too, in all that it sent after its GOODBYE.
template <class Asked>
constexpr bool kNeedsHello =
    !std::is_same_v<Asked, command::Admit> && !std::is_same_v<Asked, command::Depart> &&
    !std::is_same_v<Asked, command::Operate>;

template <class Asked>
void decide(const Turn& turn, Asked asked) {
  if constexpr (kNeedsHello<Asked>) {
    const auto& [client, connection, request] = asked.origin;
    if (!turn.state.roster.is_connected(client, connection)) {
      return turn.answer(asked.origin, refuse(RefusalCode::hello_first));
    }
  }
  handle(turn, std::move(asked));
}

/// Of a POST in parts the first refusal is the answer to all of it.
void decide_part(const Turn& turn, command::Post part) {
  const auto whole = part.whole;
  if (whole->is_refused) return;
  decide(turn, std::move(part));
  whole->is_refused = std::holds_alternative<effect::Answer>(turn.outcome.effects.back());
}

}  // namespace

State restore(const Image& image) {
  State state;
  state.epoch = image.epoch;
  state.last_at = image.last_at;
  for (const auto& client : image.clients) {
    const auto number = state.roster.add(client.name, client.proof);
    for (const auto& name : client.renamed) state.roster.rename(number, name);
    if (client.ban) state.roster.ban(number, *client.ban);
    state.matrix.set_columns(number, client.columns);
  }
  for (const auto& room : image.rooms) {
    const auto number = state.rooms.add(room.name, room.head, room.made_by);
    for (const auto member : room.members) state.rooms.join(number, member);
    for (const auto& [client, standing] : room.standings) state.rooms.set_standing(number, client, standing);
    state.rooms.set_moderations(number, room.moderations);
  }
  return state;
}

State restore(const Image& image, const State& before) {
  State state = restore(image);
  state.last_at = std::max(state.last_at, before.last_at);
  const auto known = std::min(state.roster.all().size(), before.roster.all().size());
  for (std::size_t i = 0; i < known; ++i) {
    const ClientNumber client{static_cast<std::uint32_t>(i + 1)};
    for (const auto connection : before.roster.at(client).connections)
      state.roster.connect(client, connection, before.roster.run_of(connection));
  }
  return state;
}

void apply(State& state, Command command, TimeMs now, Outcome& outcome) {
  // A clock that was set back must not put a message before an older one: searching by time relies on it.
  state.last_at = std::max(state.last_at, now);
  const Turn turn{state, outcome, state.last_at};
  if (auto* post = std::get_if<command::Post>(&command); post != nullptr && post->whole)
    return decide_part(turn, std::move(*post));
  std::visit([&turn](auto& asked) { decide(turn, std::move(asked)); }, command);
}

}  // namespace palabre::broker
