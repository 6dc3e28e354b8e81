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

/// Stores the texts in the next cells, and acknowledges each.
void store(const Turn& turn, ClientNumber client, RoomNumber room, Counter counter, Texts texts,
           effect::Acknowledge& acknowledgement) {
  auto& [state, outcome, now] = turn;
  const auto outbox = acknowledgement.outbox;
  const auto sequence = state.rooms.take(room, texts.size());
  const auto [column, continues_outbox] = state.matrix.take(client, outbox, texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    acknowledgement.acks.push_back({counter.plus(i), sequence.plus(i), column.plus(i), now});
  }
  outcome.records.emplace_back(record::Cells{client, column, room, sequence, now, outbox, counter,
                                             continues_outbox, std::move(texts)});
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
  if (originals.size() < post.texts.size()) {
    auto news = originals.empty() ? std::move(post.texts) : post.texts.without_first(originals.size());
    const auto counter = post.counter.plus(originals.size());
    store(turn, origin.client, room, counter, std::move(news), acknowledgement);
  }
  turn.outcome.effects.push_back(std::move(acknowledgement));
}

}  // namespace palabre::broker
