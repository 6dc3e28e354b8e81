#include "schema/frames.hpp"

#include "schema/codec/fields.hpp"
#include "schema/codec/notices.hpp"
#include "schema/codec/reader.hpp"
#include "schema/codec/writer.hpp"

namespace palabre {
namespace {

using codec::Fields;
using codec::Row;
using codec::Writer;

// Of a batch header with one name.
constexpr std::size_t kHeaderBytesTypical = 160;

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

Bytes encode(const Batch& batch) {
  Bytes body;
  Writer writer(body);
  writer.map(7).field("v", limits::kProtocolVersion);
  codec::write_batch_fields(writer, batch, batch.events.size(), codec::time_of(batch.events));
  codec::write_events(body, batch.events);
  return body;
}

Bytes encode(const PackedBatch& batch) {
  Bytes body;
  body.reserve(batch.events.bytes.size() + kHeaderBytesTypical);
  Writer writer(body);
  writer.map(7).field("v", limits::kProtocolVersion);
  codec::write_batch_fields(writer, batch, batch.events.count, batch.events.time);
  body.append(batch.events.bytes);
  return body;
}

Bytes encode_said(const PackedBatch& batch) {
  Bytes frame;
  frame.reserve(batch.events.bytes.size() + kHeaderBytesTypical);
  Writer writer(frame);
  writer.map(9).field("type", codec::kSaidType).field("request", RequestId{});
  codec::write_batch_fields(writer, batch, batch.events.count, batch.events.time);
  writer.add("events").array(batch.events.count);
  frame.append(batch.events.bytes);
  return frame;
}

bool PackedEvents::has_space_for(std::size_t text_size, TimeMs at) const {
  return count < limits::kEventsMax && text_bytes + text_size <= limits::kEventsTextBytesMax &&
         (count == 0 || at.value - time.value <= kOffsetMsMax);
}

void PackedEvents::append(ClientNumber client, Column column, std::string_view text, TimeMs at) {
  if (count == 0) time = {at.value - at.value % kTimeStepMs};
  codec::write_event(bytes, client, column, text, at.value - time.value);
  text_bytes += text.size();
  ++count;
}

bool PackedEvents::append(const PackedEvents& next) {
  if (count != 0 && next.time != time) return false;
  if (count + next.count > limits::kEventsMax) return false;
  if (text_bytes + next.text_bytes > limits::kEventsTextBytesMax) return false;
  time = next.time;
  count += next.count;
  text_bytes += next.text_bytes;
  bytes.append(next.bytes);
  return true;
}

Result<std::vector<Event>> unpack(std::string_view events, std::size_t count, TimeMs time) {
  codec::Reader reader(events);
  auto batch = read_events(reader, {}, count, time);
  if (!batch) return batch.refusal();
  return std::move(batch->events);
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
  writer.map(4).field("v", limits::kProtocolVersion);
  codec::write_notice_fields(writer, notice);
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
  auto notice = codec::read_notice(fields);
  if (fields.problem()) return *fields.problem();
  return notice;
}

}  // namespace palabre
