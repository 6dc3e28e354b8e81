#include "schema/codec/fields.hpp"

#include "schema/room_names.hpp"
#include "schema/text.hpp"

namespace palabre::codec {
namespace {

// What is reserved for a text before it is looked at; a longer one makes the list grow.
constexpr std::size_t kTextBytesTypical = 80;

Refusal malformed(std::string text) { return refuse(RefusalCode::malformed, std::move(text)); }

std::string field_is(std::string_view key, std::string_view what) {
  return "field '" + std::string(key) + "' " + std::string(what);
}

}  // namespace

Fields::Fields(const msgpack::object& object) {
  if (object.type != msgpack::type::MAP) {
    problem_ = malformed("the frame is not a map");
    return;
  }
  const auto& map = object.via.map;
  for (std::uint32_t i = 0; i < map.size; ++i) {
    if (map.ptr[i].key.type != msgpack::type::STR) {
      problem_ = malformed("a key is not a string");
      return;
    }
    for (std::uint32_t j = 0; j < i; ++j) {
      if (view(map.ptr[i].key.via.str) == view(map.ptr[j].key.via.str))
        problem_ = malformed("a key is given twice");
    }
  }
  map_ = map;
}

void Fields::note(Refusal refusal) {
  if (!problem_) problem_ = std::move(refusal);
}

void Fields::note_malformed(std::string_view key, std::string_view what) {
  note(malformed(field_is(key, what)));
}

const msgpack::object* Fields::find(std::string_view key) const {
  for (std::uint32_t i = 0; i < map_.size; ++i) {
    if (view(map_.ptr[i].key.via.str) == key) return &map_.ptr[i].val;
  }
  return nullptr;
}

const msgpack::object* Fields::require(std::string_view key, msgpack::type::object_type type,
                                       std::string_view what) {
  const auto* value = find(key);
  if (value == nullptr) {
    note_malformed(key, "is missing");
  } else if (value->type != type) {
    note_malformed(key, what);
    return nullptr;
  }
  return value;
}

std::uint64_t Fields::integer(std::string_view key, std::uint64_t min, std::uint64_t max) {
  const auto* value = require(key, msgpack::type::POSITIVE_INTEGER, "is not an unsigned integer");
  if (value == nullptr) return min;
  if (value->via.u64 < min || value->via.u64 > max) {
    note_malformed(key, "is not between " + std::to_string(min) + " and " + std::to_string(max));
    return min;
  }
  return value->via.u64;
}

bool Fields::boolean(std::string_view key) {
  const auto* value = require(key, msgpack::type::BOOLEAN, "is not a boolean");
  return value != nullptr && value->via.boolean;
}

std::string Fields::string(std::string_view key) {
  const auto* value = require(key, msgpack::type::STR, "is not a string");
  return value == nullptr ? std::string{} : std::string(view(value->via.str));
}

std::string Fields::name(std::string_view key) {
  auto text = string(key);
  if (!problem_ && !is_name(text)) note(refuse(RefusalCode::bad_name));
  return text;
}

std::string Fields::room(std::string_view key) {
  auto text = string(key);
  if (!problem_ && !is_room(text)) note(refuse(RefusalCode::bad_room));
  return text;
}

std::string Fields::token(std::string_view key) {
  auto text = string(key);
  if (!problem_ && !is_token(text)) note(refuse(RefusalCode::bad_token));
  return text;
}

std::string Fields::reason(std::string_view key) {
  auto text = string(key);
  const auto refusal = refuse_reason(text);
  if (!problem_ && refusal) note(*refusal);
  return text;
}

Role Fields::role(std::string_view key) {
  const auto role = role_named(string(key));
  if (!role) note_malformed(key, "is not a role");
  return role.value_or(Role::voice);
}

Moderation Fields::moderation(std::string_view key) {
  const auto action = moderation_named(string(key));
  if (!action) note_malformed(key, "is not one of the actions");
  return action.value_or(Moderation::invite);
}

Epoch Fields::epoch(std::string_view key) {
  auto text = string(key);
  if (!problem_ && !is_epoch(text)) note_malformed(key, "is not an epoch");
  return text;
}

msgpack::object_array Fields::array(std::string_view key, std::size_t max) {
  const auto* value = require(key, msgpack::type::ARRAY, "is not an array");
  if (value == nullptr) return {0, nullptr};
  if (value->via.array.size > max) {
    note_malformed(key, "has more than " + std::to_string(max) + " elements");
    return {0, nullptr};
  }
  return value->via.array;
}

Texts Fields::texts(std::string_view key) {
  Texts texts;
  const auto elements = array(key);
  if (problem_) return texts;
  if (elements.size == 0) note_malformed(key, "is empty");
  if (elements.size > limits::kTextsMax) {
    note(refuse(RefusalCode::too_many,
                "more than " + std::to_string(limits::kTextsMax) + " texts in one post"));
    return texts;
  }
  texts.reserve(elements.size, elements.size * kTextBytesTypical);
  for (std::uint32_t i = 0; i < elements.size; ++i) {
    if (elements.ptr[i].type != msgpack::type::STR) {
      note_malformed(key, "has an element that is not a string");
      return texts;
    }
    const auto text = view(elements.ptr[i].via.str);
    if (auto refusal = refuse_text(text)) {
      if (elements.size > 1) refusal->text = "text " + std::to_string(i) + ": " + refusal->text;
      note(std::move(*refusal));
    }
    texts.push_back(text);
  }
  return texts;
}

Fields Fields::map(std::string_view key) {
  const auto* value = require(key, msgpack::type::MAP, "is not a map");
  return value == nullptr ? Fields(msgpack::object{}) : Fields(*value);
}

Row::Row(const msgpack::object& object, std::string_view what, std::size_t size_min) : what_(what) {
  if (object.type != msgpack::type::ARRAY || object.via.array.size < size_min) {
    note("is not an array of at least " + std::to_string(size_min) + " elements");
  } else {
    array_ = object.via.array;
  }
}

void Row::note(std::string_view problem) {
  if (!problem_) problem_ = malformed(std::string(what_) + " " + std::string(problem));
}

const msgpack::object* Row::take() { return taken_ < array_.size ? &array_.ptr[taken_++] : nullptr; }

std::uint64_t Row::integer(std::uint64_t min, std::uint64_t max) {
  const auto* value = take();
  if (value == nullptr || value->type != msgpack::type::POSITIVE_INTEGER || value->via.u64 < min ||
      value->via.u64 > max) {
    note("has a missing integer or one out of range");
    return min;
  }
  return value->via.u64;
}

bool Row::boolean() {
  const auto* value = take();
  if (value != nullptr && value->type == msgpack::type::BOOLEAN) return value->via.boolean;
  note("has no boolean where one is due");
  return false;
}

std::string Row::string() {
  const auto* value = take();
  if (value != nullptr && value->type == msgpack::type::STR) return std::string(view(value->via.str));
  note("has no string where one is due");
  return {};
}

std::string Row::room() {
  auto text = string();
  if (!is_room(text)) note("has no room where one is due");
  return text;
}

Moderation Row::moderation() {
  const auto action = moderation_named(string());
  if (!action) note("has no action where one is due");
  return action.value_or(Moderation::invite);
}

std::optional<Fields> Row::extras() {
  const auto* value = take();
  if (value == nullptr) return std::nullopt;
  return Fields(*value);
}

std::vector<RoomHead> read_room_heads(Fields& fields, std::string_view key) {
  return read_rows<RoomHead>(fields, fields.array(key), "a room's head", 2, [](Row& row) {
    auto room = row.room();
    return RoomHead{std::move(room), row.id<Sequence>(0)};
  });
}

Batch read_batch_header(Fields& fields) {
  Batch batch;
  batch.epoch = fields.epoch("epoch");
  batch.room = fields.room("room");
  batch.first = fields.id<Sequence>("first");
  batch.names = read_rows<NamedClient>(fields, fields.array("names"), "a name", 2, [](Row& row) {
    const auto client = row.id<ClientNumber>();
    return NamedClient{client, row.string()};
  });
  return batch;
}

Event read_event(Row& row, TimeMs time) {
  Event event;
  event.client = row.id<ClientNumber>();
  event.column = row.id<Column>();
  event.text = row.string();
  event.at = time.plus(row.integer(0, limits::kIntegerMax - time.value));
  return event;
}

}  // namespace palabre::codec
