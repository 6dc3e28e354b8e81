#include <algorithm>
#include <ranges>
#include <string_view>

#include "schema/codec.hpp"
#include "schema/codec/notices.hpp"
#include "schema/codec/writer.hpp"

namespace palabre {
namespace {

using codec::Writer;

void write_limits(Writer& writer, const reply::Limits& limits) {
  writer.add("limits").map(4).field("text_bytes", limits.text_bytes).field("texts", limits.texts);
  writer.field("request_bytes", limits.request_bytes).field("page_events", limits.page_events);
}

/// Writes each kind of reply.
struct ReplyWriter {
  Bytes& frame;
  Writer& writer;
  RequestId id;

  void operator()(const reply::Welcome& welcome) {
    codec::begin(writer, "welcome", id, 10).field("version", welcome.version).field("client", welcome.client);
    writer.field("name", welcome.name).field("new", welcome.is_new).field("epoch", welcome.epoch);
    writer.field("feed_port", std::uint64_t{welcome.feed_port}).field("heartbeat", welcome.heartbeat_ms);
    writer.field("time", welcome.time);
    codec::write_room_heads(writer, "rooms", welcome.rooms);
    write_limits(writer, welcome.limits);
  }
  void operator()(const reply::Stored& stored) {
    codec::begin(writer, stored.is_durable ? "stored" : "received", id, 3).field("room", stored.room);
    writer.field("outbox", stored.outbox).add("acks").array(stored.acks.size());
    for (const auto& ack : stored.acks) {
      codec::SmallWriter numbers;
      numbers.array(4).add(ack.counter).add(ack.sequence).add(ack.column).add(ack.at);
      frame.append(numbers.sink().bytes());
    }
  }
  void operator()(const reply::Joined& joined) {
    codec::begin(writer, "joined", id, 3).field("room", joined.room).field("head", joined.head);
    writer.field("new", joined.is_new);
  }
  void operator()(const reply::Left& left) { codec::begin(writer, "left", id, 1).field("room", left.room); }
  void operator()(const reply::Page& page) {
    const auto& events = page.batch.events;
    codec::write_batch_fields(codec::begin(writer, "page", id, 9), page.batch, events.size(),
                              codec::time_of(events));
    writer.field("head", page.head).field("replay", true);
    writer.add("events").array(events.size());
    codec::write_events(frame, events);
  }
  void operator()(const reply::Row& row) {
    codec::begin(writer, "row", id, 5).field("client", row.client).field("name", row.name);
    writer.field("columns", row.columns).add("cells").array(row.cells.size());
    for (const auto& cell : row.cells) {
      writer.array(5).add(cell.column).add(cell.room).add(cell.sequence).add(cell.text).add(cell.at);
    }
    writer.field("next", row.next);
  }
  void operator()(const reply::Heads& heads) {
    codec::begin(writer, "heads", id, 2).field("epoch", heads.epoch);
    codec::write_room_heads(writer, "rooms", heads.rooms);
  }
  void operator()(const reply::Rooms& rooms) {
    codec::begin(writer, "rooms", id, 1).add("rooms").array(rooms.rooms.size());
    for (const auto& entry : rooms.rooms) writer.array(3).add(entry.room).add(entry.head).add(entry.members);
  }
  void operator()(const reply::Who& who) {
    const auto has_role = [](const reply::ClientEntry& entry) { return entry.role.has_value(); };
    const auto roles = std::ranges::count_if(who.clients, has_role);
    codec::begin(writer, "who", id, roles == 0 ? 2 : 3).add("clients").array(who.clients.size());
    for (const auto& entry : who.clients)
      writer.array(3).add(entry.client).add(entry.name).add(entry.is_online);
    writer.field("next", who.next);
    if (roles == 0) return;
    writer.add("roles").array(static_cast<std::size_t>(roles));
    for (const auto& entry : who.clients | std::views::filter(has_role))
      writer.array(2).add(entry.client).add(name_of(*entry.role));
  }
  void operator()(const reply::Whois& whois) {
    codec::begin(writer, "whois", id, whois.key.empty() ? 3 : 4).field("client", whois.client);
    writer.field("name", whois.name).field("online", whois.is_online);
    if (!whois.key.empty()) writer.field("key", text_of(whois.key));
  }
  void operator()(const reply::Pong& pong) {
    codec::begin(writer, "pong", id, pong.rooms.empty() ? 2 : 3)
        .field("time", pong.time)
        .field("epoch", pong.epoch);
    if (!pong.rooms.empty()) codec::write_room_heads(writer, "rooms", pong.rooms);
  }
  void operator()(const reply::Moderated& moderated) {
    codec::begin(writer, "moderated", id, 3)
        .field("room", moderated.room)
        .field("action", name_of(moderated.action));
    writer.field("name", moderated.name);
  }
  void operator()(const reply::Audit& audit) {
    codec::begin(writer, "audit", id, 3).field("room", audit.room).add("entries").array(audit.entries.size());
    for (const auto& entry : audit.entries) codec::write_audit_entry(writer, entry);
    writer.field("next", audit.next);
  }
  void operator()(const reply::Said& said) {
    const auto& events = said.batch.events;
    codec::write_batch_fields(codec::begin(writer, codec::kSaidType, id, 7), said.batch, events.size(),
                              codec::time_of(events));
    writer.add("events").array(events.size());
    codec::write_events(frame, events);
  }
  void operator()(const reply::Noticed& noticed) {
    codec::write_notice_fields(codec::begin(writer, "notice", id, 3), noticed.notice);
  }
  void operator()(const reply::Farewell&) { codec::begin(writer, "farewell", id, 0); }
  void operator()(const Refusal& refusal) {
    const std::size_t optional = (refusal.retry_after_ms ? 1U : 0U) + (refusal.expected ? 1U : 0U);
    codec::begin(writer, "refused", id, 3 + optional).field("code", static_cast<std::uint64_t>(refusal.code));
    writer.field("reason", name_of(refusal.code)).field("text", refusal.text);
    if (refusal.retry_after_ms) writer.field("retry_after", *refusal.retry_after_ms);
    if (refusal.expected) writer.field("expected", *refusal.expected);
  }
};

/// Enough for the replies that posts get, so that they are written without growing.
std::size_t bytes_typical(const Reply& reply) {
  constexpr std::size_t kHead = 112;
  constexpr std::size_t kAck = 32;
  const auto* stored = std::get_if<reply::Stored>(&reply);
  return stored == nullptr ? kHead : kHead + kAck * stored->acks.size();
}

}  // namespace

Bytes encode(RequestId id, const Reply& reply) {
  Bytes frame;
  frame.reserve(bytes_typical(reply));
  Writer writer(frame);
  std::visit(ReplyWriter{frame, writer, id}, reply);
  return frame;
}

}  // namespace palabre
