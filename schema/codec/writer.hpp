#pragma once

#include <msgpack.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

#include "schema/messages.hpp"

/// Writing the protocol's msgpack. Keys come out in the order of the calls: the order of schema/README.md.
namespace palabre::codec {

/// Appends msgpack to a frame.
class Writer {
 public:
  explicit Writer(Bytes& frame) : sink_{frame}, packer_(sink_) {}

  Writer& map(std::size_t keys) {
    packer_.pack_map(static_cast<std::uint32_t>(keys));
    return *this;
  }
  Writer& array(std::size_t elements) {
    packer_.pack_array(static_cast<std::uint32_t>(elements));
    return *this;
  }
  Writer& add(std::string_view text) {
    packer_.pack_str(static_cast<std::uint32_t>(text.size()));
    packer_.pack_str_body(text.data(), static_cast<std::uint32_t>(text.size()));
    return *this;
  }
  Writer& add(const char* text) { return add(std::string_view(text)); }
  Writer& add(std::uint64_t number) {
    packer_.pack_uint64(number);
    return *this;
  }
  Writer& add(bool flag) {
    if (flag) {
      packer_.pack_true();
    } else {
      packer_.pack_false();
    }
    return *this;
  }
  template <class Tag, class Representation>
  Writer& add(Number<Tag, Representation> number) {
    return add(std::uint64_t{number.value});
  }

  template <class Value>
  Writer& field(std::string_view key, const Value& value) {
    return add(key).add(value);
  }

 private:
  struct Sink {
    Bytes& frame;
    void write(const char* bytes, std::size_t size) { frame.append(bytes, size); }
  };
  Sink sink_;
  msgpack::packer<Sink> packer_;
};

inline void write_room_heads(Writer& writer, std::string_view key, const std::vector<RoomHead>& heads) {
  writer.add(key).array(heads.size());
  for (const auto& [room, head] : heads) writer.array(2).add(room).add(head);
}

/// The time that the events' offsets count from.
inline TimeMs time_of(const Batch& batch) {
  return batch.events.empty() ? TimeMs{} : batch.events.front().at;
}

/// The six fields from `epoch` to `names` that feed batches and pages share.
inline void write_batch_fields(Writer& writer, const Batch& batch) {
  writer.field("epoch", batch.epoch).field("room", batch.room).field("first", batch.first);
  writer.field("count", std::uint64_t{batch.events.size()}).field("time", time_of(batch));
  writer.add("names").array(batch.names.size());
  for (const auto& [client, name] : batch.names) writer.array(2).add(client).add(name);
}

inline void write_event(Writer& writer, const Event& event, TimeMs time) {
  writer.array(4).add(event.client).add(event.column).add(event.text).add(event.at.value - time.value);
}

}  // namespace palabre::codec
