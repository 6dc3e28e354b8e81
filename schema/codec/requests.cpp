#include <string_view>

#include "schema/codec.hpp"
#include "schema/codec/fields.hpp"
#include "schema/codec/reader.hpp"
#include "schema/codec/writer.hpp"

namespace palabre {
namespace {

using codec::Fields;
using codec::Writer;

/// Writes each kind of request.
struct RequestWriter {
  Writer& writer;
  RequestId id;

  void operator()(const request::Hello& hello) {
    const std::size_t keys =
        2 + (hello.token.empty() ? 0 : 1) + (hello.run ? 1 : 0) + (hello.invite.empty() ? 0 : 1);
    codec::begin(writer, "hello", id, keys).field("version", hello.version).field("name", hello.name);
    if (!hello.token.empty()) writer.field("token", hello.token);
    if (hello.run) writer.field("run", hello.run);
    if (!hello.invite.empty()) writer.field("invite", hello.invite);
  }
  void operator()(const request::Post& post) {
    codec::begin(writer, "post", id, 4).field("room", post.room).field("outbox", post.outbox);
    writer.field("counter", post.counter).add("texts").array(post.texts.size());
    for (const auto& text : post.texts) writer.add(text);
  }
  void operator()(const request::Join& join) { codec::begin(writer, "join", id, 1).field("room", join.room); }
  void operator()(const request::Leave& leave) {
    codec::begin(writer, "leave", id, 1).field("room", leave.room);
  }
  void operator()(const request::History& history) {
    codec::begin(writer, "history", id, 3).field("room", history.room).field("count", history.count);
    if (history.since) {
      writer.field("since", *history.since);
    } else {
      writer.field("from", history.from.value_or(Sequence{1}));
    }
  }
  void operator()(const request::Row& row) {
    codec::begin(writer, "row", id, 3)
        .field("client", row.client)
        .field("from", row.from)
        .field("count", row.count);
  }
  void operator()(const request::Heads&) { codec::begin(writer, "heads", id, 0); }
  void operator()(const request::Rooms&) { codec::begin(writer, "rooms", id, 0); }
  void operator()(const request::Who& who) {
    codec::begin(writer, "who", id, who.room ? 3 : 2).field("from", who.from).field("count", who.count);
    if (who.room) writer.field("room", *who.room);
  }
  void operator()(const request::Moderate& moderate) {
    const bool has_for = moderate.action == Moderation::mute;
    const std::size_t keys =
        3 + (moderate.role ? 1 : 0) + (has_for ? 1 : 0) + (moderate.reason.empty() ? 0 : 1);
    codec::begin(writer, "moderate", id, keys)
        .field("room", moderate.room)
        .field("action", name_of(moderate.action));
    writer.field("name", moderate.name);
    if (moderate.role) writer.field("role", name_of(*moderate.role));
    if (has_for) writer.field("for", moderate.for_ms);
    if (!moderate.reason.empty()) writer.field("reason", moderate.reason);
  }
  void operator()(const request::Audit& audit) {
    codec::begin(writer, "audit", id, 3)
        .field("room", audit.room)
        .field("from", audit.from)
        .field("count", audit.count);
  }
  void operator()(const request::Whois& whois) {
    codec::begin(writer, "whois", id, 1).field("name", whois.name);
  }
  void operator()(const request::Ping&) { codec::begin(writer, "ping", id, 0); }
  void operator()(const request::Goodbye&) { codec::begin(writer, "goodbye", id, 0); }
};

Request read_hello(Fields& fields) {
  request::Hello hello;
  hello.version = fields.integer("version");
  // Before name and token: a later version may have other rules for both.
  if (!fields.problem() && hello.version != limits::kProtocolVersion)
    fields.note(refuse(RefusalCode::version));
  hello.name = fields.name("name");
  if (fields.has("token")) hello.token = fields.token("token");
  if (fields.has("run")) hello.run = fields.id<RunId>("run");
  if (fields.has("invite")) hello.invite = fields.token("invite");
  return hello;
}

Request read_post(Fields& fields) {
  request::Post post;
  post.room = fields.room("room");
  post.outbox = fields.id<OutboxId>("outbox");
  post.counter = fields.id<Counter>("counter");
  post.texts = fields.texts("texts");
  return post;
}

Request read_history(Fields& fields) {
  request::History history;
  history.room = fields.room("room");
  history.count = fields.integer("count", 1);
  if (fields.has("from") == fields.has("since")) {
    fields.note_malformed("from", "or 'since' must be given, and not both");
  } else if (fields.has("since")) {
    history.since = fields.id<TimeMs>("since", 0);
  } else {
    history.from = fields.id<Sequence>("from");
  }
  return history;
}

Request read_row(Fields& fields) {
  request::Row row;
  row.client = fields.id<ClientNumber>("client");
  row.from = fields.id<Column>("from");
  row.count = fields.integer("count", 1);
  return row;
}

Request read_who(Fields& fields) {
  request::Who who;
  who.from = fields.id<ClientNumber>("from");
  who.count = fields.integer("count", 1);
  if (fields.has("room")) who.room = fields.room("room");
  return who;
}

Request read_moderate(Fields& fields) {
  request::Moderate moderate;
  moderate.room = fields.room("room");
  moderate.action = fields.moderation("action");
  moderate.name = fields.name("name");
  const bool gives_role = moderate.action == Moderation::role;
  if (gives_role || (moderate.action == Moderation::invite && fields.has("role"))) {
    moderate.role = fields.role("role");
  }
  if (moderate.action == Moderation::mute) moderate.for_ms = fields.integer("for", 1, limits::kMuteMsMax);
  if (fields.has("reason")) moderate.reason = fields.reason("reason");
  return moderate;
}

Request read_audit(Fields& fields) {
  request::Audit audit;
  audit.room = fields.room("room");
  audit.from = fields.integer("from", 1);
  audit.count = fields.integer("count", 1);
  return audit;
}

struct RequestKind {
  std::string_view type;
  Request (*read)(Fields&);
};

constexpr RequestKind kRequestKinds[] = {
    {"post", read_post},
    {"ping", [](Fields&) -> Request { return request::Ping{}; }},
    {"history", read_history},
    {"hello", read_hello},
    {"join", [](Fields& fields) -> Request { return request::Join{fields.room("room")}; }},
    {"leave", [](Fields& fields) -> Request { return request::Leave{fields.room("room")}; }},
    {"row", read_row},
    {"heads", [](Fields&) -> Request { return request::Heads{}; }},
    {"rooms", [](Fields&) -> Request { return request::Rooms{}; }},
    {"who", read_who},
    {"moderate", read_moderate},
    {"audit", read_audit},
    {"whois", [](Fields& fields) -> Request { return request::Whois{fields.name("name")}; }},
    {"goodbye", [](Fields&) -> Request { return request::Goodbye{}; }},
};

Result<Request> read_request(std::string_view type, Fields& fields) {
  for (const auto& kind : kRequestKinds) {
    if (kind.type != type) continue;
    auto request = kind.read(fields);
    if (fields.problem()) return *fields.problem();
    return request;
  }
  return refuse(RefusalCode::unknown_request);
}

}  // namespace

Bytes encode(RequestId id, const Request& request) {
  Bytes frame;
  Writer writer(frame);
  std::visit(RequestWriter{writer, id}, request);
  return frame;
}

RequestId request_id_of(std::string_view frame) {
  codec::Reader reader(frame);
  const auto object = reader.next();
  if (!object) return {};
  Fields fields(*object);
  const auto id = fields.id<RequestId>("request");
  return fields.problem() ? RequestId{} : id;
}

DecodedRequest decode_request(std::string_view frame) {
  codec::Reader reader(frame);
  const auto object = reader.next();
  if (!object) return {{}, object.refusal()};
  Fields fields(*object);
  if (fields.problem()) return {{}, *fields.problem()};
  const auto id = fields.id<RequestId>("request");
  if (fields.problem()) return {{}, *fields.problem()};
  if (!reader.is_at_end()) return {id, refuse(RefusalCode::malformed, "bytes follow the map")};
  const auto type = fields.string("type");
  if (fields.problem()) return {id, *fields.problem()};
  return {id, read_request(type, fields)};
}

}  // namespace palabre
