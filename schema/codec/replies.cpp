#include <string_view>

#include "schema/codec.hpp"
#include "schema/codec/fields.hpp"
#include "schema/codec/writer.hpp"

namespace palabre {
namespace {

using codec::Fields;
using codec::read_rows;
using codec::Row;
using codec::Writer;

Writer& begin(Writer& writer, std::string_view type, RequestId id, std::size_t fields) {
  return writer.map(2 + fields).field("type", type).field("request", id);
}

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
    begin(writer, "welcome", id, 10).field("version", welcome.version).field("client", welcome.client);
    writer.field("name", welcome.name).field("new", welcome.is_new).field("epoch", welcome.epoch);
    writer.field("feed_port", std::uint64_t{welcome.feed_port}).field("heartbeat", welcome.heartbeat_ms);
    writer.field("time", welcome.time);
    codec::write_room_heads(writer, "rooms", welcome.rooms);
    write_limits(writer, welcome.limits);
  }
  void operator()(const reply::Stored& stored) {
    begin(writer, stored.is_durable ? "stored" : "received", id, 3).field("room", stored.room);
    writer.field("outbox", stored.outbox).add("acks").array(stored.acks.size());
    for (const auto& ack : stored.acks) {
      codec::SmallWriter numbers;
      numbers.array(4).add(ack.counter).add(ack.sequence).add(ack.column).add(ack.at);
      frame.append(numbers.sink().bytes());
    }
  }
  void operator()(const reply::Joined& joined) {
    begin(writer, "joined", id, 3).field("room", joined.room).field("head", joined.head);
    writer.field("new", joined.is_new);
  }
  void operator()(const reply::Left& left) { begin(writer, "left", id, 1).field("room", left.room); }
  void operator()(const reply::Page& page) {
    const auto& events = page.batch.events;
    codec::write_batch_fields(begin(writer, "page", id, 9), page.batch, events.size(),
                              codec::time_of(events));
    writer.field("head", page.head).field("replay", true);
    writer.add("events").array(events.size());
    codec::write_events(frame, events);
  }
  void operator()(const reply::Row& row) {
    begin(writer, "row", id, 4).field("client", row.client).field("name", row.name);
    writer.field("columns", row.columns).add("cells").array(row.cells.size());
    for (const auto& cell : row.cells) {
      writer.array(5).add(cell.column).add(cell.room).add(cell.sequence).add(cell.text).add(cell.at);
    }
  }
  void operator()(const reply::Heads& heads) {
    begin(writer, "heads", id, 2).field("epoch", heads.epoch);
    codec::write_room_heads(writer, "rooms", heads.rooms);
  }
  void operator()(const reply::Rooms& rooms) {
    begin(writer, "rooms", id, 1).add("rooms").array(rooms.rooms.size());
    for (const auto& entry : rooms.rooms) writer.array(3).add(entry.room).add(entry.head).add(entry.members);
  }
  void operator()(const reply::Who& who) {
    begin(writer, "who", id, 2).add("clients").array(who.clients.size());
    for (const auto& entry : who.clients)
      writer.array(3).add(entry.client).add(entry.name).add(entry.is_online);
    writer.field("next", who.next);
  }
  void operator()(const reply::Whois& whois) {
    begin(writer, "whois", id, whois.key.empty() ? 3 : 4).field("client", whois.client);
    writer.field("name", whois.name).field("online", whois.is_online);
    if (!whois.key.empty()) writer.field("key", text_of(whois.key));
  }
  void operator()(const reply::Pong& pong) {
    begin(writer, "pong", id, 2).field("time", pong.time).field("epoch", pong.epoch);
  }
  void operator()(const reply::Farewell&) { begin(writer, "farewell", id, 0); }
  void operator()(const Refusal& refusal) {
    const std::size_t optional = (refusal.retry_after_ms ? 1U : 0U) + (refusal.expected ? 1U : 0U);
    begin(writer, "refused", id, 3 + optional).field("code", static_cast<std::uint64_t>(refusal.code));
    writer.field("reason", name_of(refusal.code)).field("text", refusal.text);
    if (refusal.retry_after_ms) writer.field("retry_after", *refusal.retry_after_ms);
    if (refusal.expected) writer.field("expected", *refusal.expected);
  }
};

Reply read_welcome(Fields& fields) {
  reply::Welcome welcome;
  welcome.version = fields.integer("version");
  welcome.client = fields.id<ClientNumber>("client");
  welcome.name = fields.name("name");
  welcome.is_new = fields.boolean("new");
  welcome.epoch = fields.epoch("epoch");
  welcome.feed_port = static_cast<std::uint16_t>(fields.integer("feed_port", 1, 65535));
  welcome.heartbeat_ms = fields.integer("heartbeat", 1);
  welcome.time = fields.id<TimeMs>("time");
  welcome.rooms = codec::read_room_heads(fields, "rooms");
  auto limits = fields.map("limits");
  welcome.limits.text_bytes = limits.integer("text_bytes", 1);
  welcome.limits.texts = limits.integer("texts", 1);
  welcome.limits.request_bytes = limits.integer("request_bytes", 1);
  welcome.limits.page_events = limits.integer("page_events", 1);
  if (limits.problem()) fields.note(*limits.problem());
  return welcome;
}

Reply read_stored(Fields& fields, bool is_durable) {
  reply::Stored stored;
  stored.is_durable = is_durable;
  stored.room = fields.room("room");
  stored.outbox = fields.id<OutboxId>("outbox");
  stored.acks = read_rows<reply::Ack>(fields, fields.array("acks"), "an acknowledgement", 4, [](Row& row) {
    reply::Ack ack;
    ack.counter = row.id<Counter>();
    ack.sequence = row.id<Sequence>();
    ack.column = row.id<Column>();
    ack.at = row.id<TimeMs>();
    return ack;
  });
  return stored;
}

Reply read_joined(Fields& fields) {
  reply::Joined joined;
  joined.room = fields.room("room");
  joined.head = fields.id<Sequence>("head", 0);
  joined.is_new = fields.boolean("new");
  return joined;
}

Reply read_page(Fields& fields) {
  reply::Page page;
  page.batch = codec::read_batch_header(fields);
  const auto count = fields.integer("count", 0, limits::kEventsMax);
  const auto time = fields.id<TimeMs>("time", 0);
  page.head = fields.id<Sequence>("head", 0);
  page.batch.events = read_rows<Event>(fields, fields.array("events"), "an event", 4,
                                       [time](Row& row) { return codec::read_event(row, time); });
  if (page.batch.events.size() != count) fields.note_malformed("count", "is not the number of events");
  return page;
}

Reply read_row(Fields& fields) {
  reply::Row row;
  row.client = fields.id<ClientNumber>("client");
  row.name = fields.string("name");
  row.columns = fields.id<Column>("columns", 0);
  row.cells = read_rows<reply::Cell>(fields, fields.array("cells"), "a cell", 5, [](Row& cell_row) {
    reply::Cell cell;
    cell.column = cell_row.id<Column>();
    cell.room = cell_row.room();
    cell.sequence = cell_row.id<Sequence>();
    cell.text = cell_row.string();
    cell.at = cell_row.id<TimeMs>();
    return cell;
  });
  return row;
}

Reply read_heads(Fields& fields) {
  reply::Heads heads;
  heads.epoch = fields.epoch("epoch");
  heads.rooms = codec::read_room_heads(fields, "rooms");
  return heads;
}

Reply read_rooms(Fields& fields) {
  reply::Rooms rooms;
  rooms.rooms = read_rows<reply::RoomEntry>(fields, fields.array("rooms"), "a room", 3, [](Row& row) {
    reply::RoomEntry entry;
    entry.room = row.room();
    entry.head = row.id<Sequence>(0);
    entry.members = row.integer();
    return entry;
  });
  return rooms;
}

Reply read_who(Fields& fields) {
  reply::Who who;
  who.clients = read_rows<reply::ClientEntry>(fields, fields.array("clients"), "a client", 3, [](Row& row) {
    reply::ClientEntry entry;
    entry.client = row.id<ClientNumber>();
    entry.name = row.string();
    entry.is_online = row.boolean();
    return entry;
  });
  who.next = fields.id<ClientNumber>("next", 0);
  return who;
}

Reply read_whois(Fields& fields) {
  reply::Whois whois;
  whois.client = fields.id<ClientNumber>("client");
  whois.name = fields.string("name");
  whois.is_online = fields.boolean("online");
  if (!fields.has("key")) return whois;
  const auto key = read_key(fields.string("key"));
  if (!key) fields.note_malformed("key", "is no key");
  whois.key = key.value_or(CurveKey{});
  return whois;
}

Reply read_pong(Fields& fields) {
  const auto time = fields.id<TimeMs>("time");
  return reply::Pong{time, fields.epoch("epoch")};
}

Reply read_refused(Fields& fields) {
  // A code of a later version keeps its meaning for us: final, unless retry_after is there.
  const auto code = fields.integer("code", 1);
  Refusal refusal;
  refusal.code = static_cast<RefusalCode>(code <= kRefusalCodeMax ? code : std::uint64_t{1});
  refusal.text = fields.string("text");
  if (fields.has("retry_after")) refusal.retry_after_ms = fields.integer("retry_after");
  if (fields.has("expected")) refusal.expected = fields.id<Counter>("expected");
  return refusal;
}

struct ReplyKind {
  std::string_view type;
  Reply (*read)(Fields&);
};

constexpr ReplyKind kReplyKinds[] = {
    {"stored", [](Fields& fields) { return read_stored(fields, true); }},
    {"received", [](Fields& fields) { return read_stored(fields, false); }},
    {"pong", read_pong},
    {"page", read_page},
    {"refused", read_refused},
    {"welcome", read_welcome},
    {"joined", read_joined},
    {"left", [](Fields& fields) -> Reply { return reply::Left{fields.room("room")}; }},
    {"row", read_row},
    {"heads", read_heads},
    {"rooms", read_rooms},
    {"who", read_who},
    {"whois", read_whois},
    {"farewell", [](Fields&) -> Reply { return reply::Farewell{}; }},
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

Result<DecodedReply> decode_reply(std::string_view frame) {
  codec::Reader reader(frame);
  const auto object = reader.next();
  if (!object) return object.refusal();
  Fields fields(*object);
  const auto id = fields.id<RequestId>("request", 0);
  const auto type = fields.string("type");
  if (fields.problem()) return *fields.problem();
  if (!reader.is_at_end()) return refuse(RefusalCode::malformed, "bytes follow the map");
  for (const auto& kind : kReplyKinds) {
    if (kind.type != type) continue;
    auto reply = kind.read(fields);
    if (fields.problem()) return *fields.problem();
    return DecodedReply{id, std::move(reply)};
  }
  return refuse(RefusalCode::malformed, "there is no reply of that type");
}

}  // namespace palabre
