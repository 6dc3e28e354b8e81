#include <algorithm>
#include <string>
#include <utility>

#include "broker/domain/handle.hpp"
#include "broker/domain/make_room.hpp"
#include "broker/domain/room_views.hpp"

namespace palabre::broker {
namespace {

Counter expected_of(const State& state, ClientNumber client, OutboxId outbox) {
  return state.matrix.last_counter(client, outbox).value_or(Counter{}).next();
}

Refusal out_of_order(Counter expected) {
  auto refusal = refuse(RefusalCode::out_of_order);
  refusal.expected = expected;
  return refusal;
}

Refusal refuse_muted(std::uint64_t for_ms) {
  const auto seconds = std::to_string((for_ms + 999) / 1000);
  return refuse(RefusalCode::muted, "you are muted in this room for " + seconds + " more seconds");
}

/// Why the client may not say anything in the room, if so.
std::optional<Refusal> refuse_speaking(const State& state, RoomNumber room, ClientNumber client, TimeMs now) {
  const auto& [name, kind, head, members, standings, moderations, made_by] = state.rooms.at(room);
  if (!members.contains(client)) {
    return refuse(kind == RoomKind::open ? RefusalCode::not_a_member : RefusalCode::no_such_room);
  }
  if (kind != RoomKind::closed) return std::nullopt;
  const auto& standing = standings.at(client);
  if (standing.muted_until > now) return refuse_muted(standing.muted_until.value - now.value);
  if (standing.role < Role::voice) return refuse(RefusalCode::not_allowed, "you are a reader in this room");
  return std::nullopt;
}

/// Why the post, or this part of one, cannot be taken, if so. It is taken or refused as a whole.
std::optional<Refusal> object_to(const State& state, const command::Post& command, RoomNumber room,
                                 TimeMs now) {
  const auto& [origin, post, originals, not_looked_up, whole] = command;
  // A repeat gets its acknowledgement whatever happened since; refused, it would be thought not to be stored.
  const bool brings_news = originals.size() < post.texts.size();
  if (brings_news) {
    if (auto refusal = refuse_speaking(state, room, origin.client, now)) return refusal;
  }
  const auto expected = expected_of(state, origin.client, post.outbox);
  if (post.counter > expected) return out_of_order(expected);
  const auto is_here = [room](const auto& it) { return it.room == room; };
  if (std::ranges::all_of(originals, is_here)) return std::nullopt;
  // Who never said any of it there, and may not read there, learns no more than of a room that is not there.
  const bool knows_room =
      state.rooms.may_read(room, origin.client) || std::ranges::any_of(originals, is_here);
  return refuse(knows_room ? RefusalCode::id_reused : RefusalCode::no_such_room);
}

/// Says how far it went when some of the POST is stored, by what is due behind that: before others' messages
/// came in between, or because it is grouped otherwise than the first time.
Refusal with_what_is_stored(Refusal refusal, const State& state, const command::Post& command) {
  const auto& [origin, post, originals, not_looked_up, whole] = command;
  const auto first = whole ? whole->first : post.counter;
  const auto due = expected_of(state, origin.client, post.outbox);
  const bool brings_news = originals.size() < post.texts.size();
  if (brings_news && due > first) refusal.expected = due;
  return refusal;
}

/// Where the post goes. The first one between two makes their room, if it is to be taken.
Result<RoomNumber> room_for(const Turn& turn, ClientNumber client, const request::Post& post) {
  if (const auto room = find_room(turn.state, client, post.room)) return room;
  if (room_kind(post.room) != RoomKind::direct) return refuse(RefusalCode::no_such_room);
  const auto expected = expected_of(turn.state, client, post.outbox);
  if (post.counter > expected) return out_of_order(expected);
  if (post.counter < expected) return refuse(RefusalCode::id_reused);
  return make_room(turn, client, post.room);
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
  auto& [origin, post, originals, not_looked_up, whole] = command;
  if (not_looked_up) return turn.answer(origin, *std::move(not_looked_up));
  const auto room = room_for(turn, origin.client, post);
  auto objection = room ? object_to(turn.state, command, *room, turn.now) : room.refusal();
  if (objection) return turn.answer(origin, with_what_is_stored(*std::move(objection), turn.state, command));

  effect::Acknowledge acknowledgement{origin.connection, origin.request, post.room, post.outbox, {},
                                      std::move(whole)};
  acknowledgement.acks.reserve(post.texts.size());
  for (const auto& original : originals) acknowledgement.acks.push_back(original.ack);
  if (originals.size() < post.texts.size()) {
    auto news = originals.empty() ? std::move(post.texts) : post.texts.without_first(originals.size());
    const auto counter = post.counter.plus(originals.size());
    store(turn, origin.client, *room, counter, std::move(news), acknowledgement);
  }
  turn.outcome.effects.push_back(std::move(acknowledgement));
}

}  // namespace palabre::broker
