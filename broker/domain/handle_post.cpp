#include <algorithm>
#include <utility>

#include "broker/domain/handle.hpp"

namespace palabre::broker {
namespace {

Refusal out_of_order(Counter expected) {
  auto refusal = refuse(RefusalCode::out_of_order);
  refusal.expected = expected;
  return refusal;
}

/// Why the post cannot be taken, if so. It is taken or refused as a whole.
std::optional<Refusal> object_to(const State& state, const command::Post& command, RoomNumber room) {
  const auto& [origin, post, originals] = command;
  if (!room) return refuse(RefusalCode::no_such_room);
  // A repeat gets its acknowledgement whatever happened since; refused, it would be thought not to be stored.
  const bool brings_news = originals.size() < post.texts.size();
  if (brings_news && !state.rooms.is_member(room, origin.client)) return refuse(RefusalCode::not_a_member);
  const auto expected = state.matrix.last_counter(origin.client, post.outbox).value_or(Counter{}).next();
  if (post.counter > expected) return out_of_order(expected);
  const bool is_elsewhere =
      std::ranges::any_of(originals, [room](const auto& it) { return it.room != room; });
  if (is_elsewhere) return refuse(RefusalCode::id_reused);
  return std::nullopt;
}

reply::Ack store(const Turn& turn, const Origin& origin, RoomNumber room, OutboxId outbox, Counter counter,
                 std::string text) {
  auto& [state, outcome, now] = turn;
  const reply::Ack ack{counter, state.rooms.next_sequence(room), state.matrix.next_column(origin.client),
                       now};
  outcome.records.emplace_back(
      record::Message{origin.client, ack.column, room, ack.sequence, now, outbox, counter, std::move(text)});
  return ack;
}

}  // namespace

std::size_t count_repeats(const State& state, const command::Post& command) {
  const auto& post = command.post;
  const auto last = state.matrix.last_counter(command.origin.client, post.outbox).value_or(Counter{});
  if (post.counter > last) return 0;
  return std::min<std::size_t>(post.texts.size(), last.value - post.counter.value + 1);
}

void handle(const Turn& turn, command::Post command) {
  auto& [origin, post, originals] = command;
  const auto room = turn.state.rooms.find(post.room);
  if (auto objection = object_to(turn.state, command, room))
    return turn.answer(origin, std::move(*objection));

  effect::Acknowledge acknowledgement{origin.connection, origin.request, post.room, post.outbox, {}};
  acknowledgement.acks.reserve(post.texts.size());
  for (const auto& original : originals) acknowledgement.acks.push_back(original.ack);
  auto counter = post.counter.plus(originals.size());
  for (std::size_t i = originals.size(); i < post.texts.size(); ++i, counter = counter.next()) {
    acknowledgement.acks.push_back(store(turn, origin, room, post.outbox, counter, std::move(post.texts[i])));
    turn.state.matrix.learn(origin.client, post.outbox, counter);
  }
  turn.outcome.effects.push_back(std::move(acknowledgement));
}

}  // namespace palabre::broker
