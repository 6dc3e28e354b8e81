#include "schema/frames.hpp"

#include <array>

#include "schema/codec/fields.hpp"
#include "schema/codec/writer.hpp"

namespace palabre {
namespace {

using codec::Fields;
using codec::Row;
using codec::Writer;

constexpr std::array<std::string_view, 4> kNoticeNames{"came", "went", "joined", "left"};

NoticeKind notice_kind(std::string_view name) {
  for (std::size_t i = 0; i < kNoticeNames.size(); ++i) {
    if (kNoticeNames[i] == name) return static_cast<NoticeKind>(i);
  }
  return NoticeKind::unknown;
}

void require_version(Fields& fields) {
  if (fields.integer("v") != limits::kProtocolVersion && !fields.problem()) {
    fields.note(refuse(RefusalCode::version));
  }
}

Result<Batch> read_events(codec::Reader& reader, Batch batch, std::uint64_t count, TimeMs time) {
  batch.events.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto object = reader.next();
    if (!object) return object.refusal();
    Row row(*object, "an event", 4);
    batch.events.push_back(codec::read_event(row, time));
    if (row.problem()) return *row.problem();
  }
  if (!reader.is_at_end()) return refuse(RefusalCode::malformed, "bytes follow the last event");
  return batch;
}

/// The one map of a tick or a notice, with its version checked.
Result<msgpack::object> read_single(codec::Reader& reader) {
  auto object = reader.next();
  if (object && !reader.is_at_end()) return refuse(RefusalCode::malformed, "bytes follow the map");
  return object;
}

}  // namespace

std::string room_topic(std::string_view room) { return "room/" + std::string(room) + "/"; }

std::string notice_topic(std::string_view room) { return "notice/" + std::string(room) + "/"; }

std::string_view name_of(NoticeKind kind) {
  const auto index = static_cast<std::size_t>(kind);
  return index < kNoticeNames.size() ? kNoticeNames[index] : "unknown";
}

Bytes encode(const Batch& batch) {
  Bytes body;
  Writer writer(body);
  writer.map(7).field("v", limits::kProtocolVersion);
  codec::write_batch_fields(writer, batch);
  for (const auto& event : batch.events) codec::write_event(writer, event, codec::time_of(batch));
  return body;
}

Bytes encode(const Tick& tick) {
  Bytes body;
  Writer writer(body);
  writer.map(5).field("v", limits::kProtocolVersion).field("epoch", tick.epoch).field("tick", tick.number);
  writer.field("time", tick.time);
  codec::write_room_heads(writer, "heads", tick.heads);
  return body;
}

Bytes encode(const Notice& notice) {
  Bytes body;
  Writer writer(body);
  writer.map(4).field("v", limits::kProtocolVersion).field("room", notice.room).field("time", notice.time);
  writer.add("events").array(notice.events.size());
  for (const auto& event : notice.events) {
    writer.array(3).add(name_of(event.kind)).add(event.client).add(event.name);
  }
  return body;
}

Result<Batch> decode_batch(std::string_view body) {
  codec::Reader reader(body);
  const auto object = reader.next();
  if (!object) return object.refusal();
  Fields fields(*object);
  require_version(fields);
  auto batch = codec::read_batch_header(fields);
  const auto count = fields.integer("count", 0, limits::kEventsMax);
  const auto time = fields.id<TimeMs>("time", 0);
  if (fields.problem()) return *fields.problem();
  return read_events(reader, std::move(batch), count, time);
}

Result<Tick> decode_tick(std::string_view body) {
  codec::Reader reader(body);
  const auto object = read_single(reader);
  if (!object) return object.refusal();
  Fields fields(*object);
  require_version(fields);
  Tick tick;
  tick.epoch = fields.epoch("epoch");
  tick.number = fields.integer("tick", 1);
  tick.time = fields.id<TimeMs>("time");
  tick.heads = codec::read_room_heads(fields, "heads");
  if (fields.problem()) return *fields.problem();
  return tick;
}

Result<Notice> decode_notice(std::string_view body) {
  codec::Reader reader(body);
  const auto object = read_single(reader);
  if (!object) return object.refusal();
  Fields fields(*object);
  require_version(fields);
  Notice notice;
  notice.room = fields.room("room");
  notice.time = fields.id<TimeMs>("time");
  notice.events = codec::read_rows<NoticeEvent>(fields, fields.array("events"), "a notice", 3, [](Row& row) {
    const auto kind = notice_kind(row.string());
    const auto client = row.id<ClientNumber>();
    return NoticeEvent{kind, client, row.string()};
  });
  if (fields.problem()) return *fields.problem();
  return notice;
}

}  // namespace palabre
