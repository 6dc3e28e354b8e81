#pragma once

#include <msgpack.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "schema/messages.hpp"

/// Writing the protocol's msgpack. Keys come out in the order of the calls: the order of schema/README.md.
namespace palabre::codec {

/// Writes msgpack into a Sink.
template <class Sink>
class BasicWriter {
 public:
  template <class... Arguments>
  explicit BasicWriter(Arguments&&... arguments)
      : sink_(std::forward<Arguments>(arguments)...), packer_(sink_) {}
  BasicWriter(const BasicWriter&) = delete;
  BasicWriter& operator=(const BasicWriter&) = delete;

  BasicWriter& map(std::size_t keys) {
    packer_.pack_map(static_cast<std::uint32_t>(keys));
    return *this;
  }
  BasicWriter& array(std::size_t elements) {
    packer_.pack_array(static_cast<std::uint32_t>(elements));
    return *this;
  }
  /// The head of a text whose bytes follow by another way.
  BasicWriter& begin_text(std::size_t bytes) {
    packer_.pack_str(static_cast<std::uint32_t>(bytes));
    return *this;
  }
  BasicWriter& add(std::string_view text) {
    begin_text(text.size());
    packer_.pack_str_body(text.data(), static_cast<std::uint32_t>(text.size()));
    return *this;
  }
  BasicWriter& add(const char* text) { return add(std::string_view(text)); }
  BasicWriter& add(std::uint64_t number) {
    packer_.pack_uint64(number);
    return *this;
  }
  BasicWriter& add(bool flag) {
    if (flag) {
      packer_.pack_true();
    } else {
      packer_.pack_false();
    }
    return *this;
  }
  template <class Tag, class Representation>
  BasicWriter& add(Number<Tag, Representation> number) {
    return add(std::uint64_t{number.value});
  }

  template <class Value>
  BasicWriter& field(std::string_view key, const Value& value) {
    return add(key).add(value);
  }

  [[nodiscard]] const Sink& sink() const { return sink_; }

 private:
  Sink sink_;
  msgpack::packer<Sink> packer_;
};

/// Appends to a frame.
class FrameSink {
 public:
  explicit FrameSink(Bytes& frame) : frame_(frame) {}
  void write(const char* bytes, std::size_t size) { frame_.append(bytes, size); }

 private:
  Bytes& frame_;
};

/// A few numbers on the stack: a frame that grows byte by byte costs more than the numbers do.
class SmallSink {
 public:
  void write(const char* bytes, std::size_t size) {
    std::memcpy(bytes_.data() + size_, bytes, size);
    size_ += size;
  }
  [[nodiscard]] std::string_view bytes() const { return {bytes_.data(), size_}; }

 private:
  static constexpr std::size_t kNumbersMax = 5;
  static constexpr std::size_t kNumberBytesMax = 9;
  std::array<char, kNumbersMax * kNumberBytesMax> bytes_;
  std::size_t size_ = 0;
};

using Writer = BasicWriter<FrameSink>;
/// Takes five numbers, or heads of arrays and texts, and no more.
using SmallWriter = BasicWriter<SmallSink>;

/// The type of what is said in private rooms.
inline constexpr std::string_view kSaidType = "batch";

inline void write_room_heads(Writer& writer, std::string_view key, const std::vector<RoomHead>& heads) {
  writer.add(key).array(heads.size());
  for (const auto& [room, head] : heads) writer.array(2).add(room).add(head);
}

/// The six fields from `epoch` to `names` that feed batches and pages share.
template <class AnyBatch>
void write_batch_fields(Writer& writer, const AnyBatch& batch, std::size_t count, TimeMs time) {
  writer.field("epoch", batch.epoch).field("room", batch.room).field("first", batch.first);
  writer.field("count", std::uint64_t{count}).field("time", time);
  writer.add("names").array(batch.names.size());
  for (const auto& [client, name] : batch.names) writer.array(2).add(client).add(name);
}

/// Begins a request or a reply that has `fields` fields of its own.
inline Writer& begin(Writer& writer, std::string_view type, RequestId id, std::size_t fields) {
  return writer.map(2 + fields).field("type", type).field("request", id);
}

/// Appends one event: `[client, column, text, milliseconds after the header's time]`.
inline void write_event(Bytes& frame, ClientNumber client, Column column, std::string_view text,
                        std::uint64_t offset_ms) {
  SmallWriter head;
  head.array(4).add(client).add(column).begin_text(text.size());
  SmallWriter tail;
  tail.add(offset_ms);
  frame.append(head.sink().bytes()).append(text).append(tail.sink().bytes());
}

/// The time that the events' offsets count from, where they are written one by one: the earliest. That is the
/// first one's, for time never goes back in a room; but what was read from others need not keep to that.
inline TimeMs time_of(const std::vector<Event>& events) {
  const auto earliest = std::ranges::min_element(events, {}, &Event::at);
  return earliest == events.end() ? TimeMs{} : earliest->at;
}

inline void write_events(Bytes& frame, const std::vector<Event>& events) {
  const auto time = time_of(events);
  for (const auto& [client, column, text, at] : events) {
    write_event(frame, client, column, text, at.value - time.value);
  }
}

}  // namespace palabre::codec
