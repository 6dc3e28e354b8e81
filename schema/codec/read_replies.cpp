#include <algorithm>
#include <string_view>

#include "schema/codec.hpp"
#include "schema/codec/fields.hpp"
#include "schema/codec/notices.hpp"
#include "schema/codec/reader.hpp"

namespace palabre {
namespace {

using codec::Fields;
using codec::read_rows;
using codec::Row;

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

Batch read_batch(Fields& fields) {
  auto batch = codec::read_batch_header(fields);
  const auto count = fields.integer("count", 0, limits::kEventsMax);
  const auto time = fields.id<TimeMs>("time", 0);
  batch.events = read_rows<Event>(fields, fields.array("events"), "an event", 4,
                                  [time](Row& row) { return codec::read_event(row, time); });
  if (batch.events.size() != count) fields.note_malformed("count", "is not the number of events");
  return batch;
}

Reply read_page(Fields& fields) {
  reply::Page page;
  page.batch = read_batch(fields);
  page.head = fields.id<Sequence>("head", 0);
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
  row.next = fields.id<Column>("next", 0);
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
  const auto listed = fields.array("rooms", limits::kRoomsListedMax);
  rooms.rooms = read_rows<reply::RoomEntry>(fields, listed, "a room", 3, [](Row& row) {
    reply::RoomEntry entry;
    entry.room = row.room();
    entry.head = row.id<Sequence>(0);
    entry.members = row.integer();
    return entry;
  });
  return rooms;
}

/// Of those in `clients`, which come by rising number in both.
void read_roles(Fields& fields, std::vector<reply::ClientEntry>& clients) {
  auto entry = clients.begin();
  const auto roles = fields.array("roles");
  read_rows<ClientNumber>(fields, roles, "a role", 2, [&](Row& row) {
    const auto client = row.id<ClientNumber>();
    entry = std::ranges::lower_bound(entry, clients.end(), client, {}, &reply::ClientEntry::client);
    if (entry != clients.end() && entry->client == client) entry->role = role_named(row.string());
    return client;
  });
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
  if (fields.has("roles")) read_roles(fields, who.clients);
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
  reply::Pong pong{time, fields.epoch("epoch")};
  if (fields.has("rooms")) pong.rooms = codec::read_room_heads(fields, "rooms");
  return pong;
}

Reply read_moderated(Fields& fields) {
  return reply::Moderated{fields.room("room"), fields.moderation("action"), fields.string("name")};
}

Reply read_audit(Fields& fields) {
  reply::Audit audit;
  audit.room = fields.room("room");
  audit.entries =
      read_rows<reply::AuditEntry>(fields, fields.array("entries"), "an entry", 8, codec::read_audit_entry);
  audit.next = fields.integer("next");
  return audit;
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
    {codec::kSaidType, [](Fields& fields) -> Reply { return reply::Said{read_batch(fields)}; }},
    {"notice", [](Fields& fields) -> Reply { return reply::Noticed{codec::read_notice(fields)}; }},
    {"moderated", read_moderated},
    {"audit", read_audit},
};

}  // namespace

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
