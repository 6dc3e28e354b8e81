#pragma once

#include <msgpack.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/limits.hpp"
#include "schema/messages.hpp"
#include "schema/result.hpp"

/// Reading msgpack that a stranger wrote. Nothing here trusts a type, a length or a range.
namespace palabre::codec {

/// One map, its fields asked for by name. A getter that finds nothing fit notes a refusal that names the
/// field and returns an empty value, so that a decoder reads straight on and looks at problem() once, at the
/// end. Only the first problem is kept.
class Fields {
 public:
  /// Requires `object` to be a map with distinct string keys; otherwise problem() says so.
  explicit Fields(const msgpack::object& object);

  [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }
  [[nodiscard]] const std::optional<Refusal>& problem() const { return problem_; }
  void note(Refusal refusal);
  void note_malformed(std::string_view key, std::string_view what);

  std::uint64_t integer(std::string_view key, std::uint64_t min = 0, std::uint64_t max = limits::kIntegerMax);
  bool boolean(std::string_view key);
  std::string string(std::string_view key);
  std::string name(std::string_view key);
  std::string room(std::string_view key);
  std::string token(std::string_view key);
  std::string reason(std::string_view key);
  Role role(std::string_view key);
  Moderation moderation(std::string_view key);
  Epoch epoch(std::string_view key);
  /// Between 1 and kTextsMax texts that may be posted.
  Texts texts(std::string_view key);
  Fields map(std::string_view key);
  /// The elements of an array field with at most `max` elements; null with size 0 when there is a problem.
  msgpack::object_array array(std::string_view key, std::size_t max = limits::kEventsMax);

  template <class Id>
  Id id(std::string_view key, std::uint64_t min = 1) {
    using Representation = decltype(Id::value);
    constexpr auto max =
        std::min<std::uint64_t>(limits::kIntegerMax, std::numeric_limits<Representation>::max());
    return Id{static_cast<Representation>(integer(key, min, max))};
  }

 private:
  [[nodiscard]] const msgpack::object* find(std::string_view key) const;
  const msgpack::object* require(std::string_view key, msgpack::type::object_type type,
                                 std::string_view what);

  msgpack::object_map map_{0, nullptr};
  std::optional<Refusal> problem_;
};

/// One array in fixed order, read from the front: the compact rows of feed and replies. Problems are kept as
/// in Fields. Elements beyond those asked for are left alone: they are extras of a later protocol.
class Row {
 public:
  Row(const msgpack::object& object, std::string_view what, std::size_t size_min);

  [[nodiscard]] const std::optional<Refusal>& problem() const { return problem_; }

  std::uint64_t integer(std::uint64_t min = 0, std::uint64_t max = limits::kIntegerMax);
  bool boolean();
  std::string string();
  std::string room();
  Moderation moderation();
  /// The map that may come last; nothing when none does.
  std::optional<Fields> extras();

  template <class Id>
  Id id(std::uint64_t min = 1) {
    using Representation = decltype(Id::value);
    constexpr auto max =
        std::min<std::uint64_t>(limits::kIntegerMax, std::numeric_limits<Representation>::max());
    return Id{static_cast<Representation>(integer(min, max))};
  }

 private:
  const msgpack::object* take();
  void note(std::string_view problem);

  std::string_view what_;
  msgpack::object_array array_{0, nullptr};
  std::size_t taken_ = 0;
  std::optional<Refusal> problem_;
};

[[nodiscard]] inline std::string_view view(const msgpack::object_str& text) { return {text.ptr, text.size}; }

/// Reads every element of an array field with `read(Row&)`; a problem in one is noted in `fields`.
template <class Element, class Read>
std::vector<Element> read_rows(Fields& fields, const msgpack::object_array& array, std::string_view what,
                               std::size_t size_min, Read read) {
  std::vector<Element> elements;
  elements.reserve(array.size);
  for (std::uint32_t i = 0; i < array.size; ++i) {
    Row row(array.ptr[i], what, size_min);
    elements.push_back(read(row));
    if (row.problem()) fields.note(*row.problem());
  }
  return elements;
}

std::vector<RoomHead> read_room_heads(Fields& fields, std::string_view key);
/// The fields that feed batches and pages share, without their events.
Batch read_batch_header(Fields& fields);
Event read_event(Row& row, TimeMs time);

}  // namespace palabre::codec
