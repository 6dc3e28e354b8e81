#include "schema/refusal.hpp"

#include <array>
#include <utility>

namespace palabre {
namespace {

struct Entry {
  std::string_view name;
  std::string_view sentence;
  std::uint64_t retry_after_ms;  // 0: trying again does not help
};

constexpr std::array<Entry, kRefusalCodeMax + 1> kEntries{{
    {"", "", 0},
    {"malformed", "the request cannot be read", 0},
    {"unknown_request", "there is no request of that type", 0},
    {"version", "this broker speaks version 1", 0},
    {"hello_first", "say hello first", 0},
    {"bad_name", "a name has 2 to 24 of a-z 0-9 _ - and begins with a letter", 0},
    {"bad_token", "a token has 16 to 128 printable ASCII characters without spaces", 0},
    {"wrong_token", "the name belongs to somebody with another token", 0},
    {"bad_room", "a room is tea, alice/tea or @bob: 1 to 32 of a-z 0-9 _ -, beginning with a letter or digit",
     0},
    {"no_such_room", "there is no such room", 0},
    {"not_a_member", "join the room first", 0},
    {"bad_text", "the text is empty, not UTF-8, or has control characters", 0},
    {"too_long", "the text is longer than this broker takes", 0},
    {"too_many", "more than this broker takes", 0},
    {"out_of_order", "an earlier post of this outbox is missing", 0},
    {"id_reused", "the counter was used for another room", 0},
    {"no_such_client", "there is nobody of that number or name", 0},
    {"not_allowed", "that is not allowed", 0},
    {"busy", "too much is waiting, try again", 100},
    {"storage_full", "the broker's disk is full", 5000},
    {"stopping", "the broker is shutting down", 2000},
    {"store_damaged", "the broker cannot read this from its disk any more", 0},
    {"wrong_key", "the name belongs to somebody with another key", 0},
    {"not_registered", "this broker takes nobody new but by invitation", 0},
    {"muted", "you are muted in this room", 0},
    {"too_fast", "more than one may ask for in so short a time", 1000},
    {"banned", "you are banned from this broker", 0},
}};

const Entry& entry_of(RefusalCode code) { return kEntries.at(static_cast<std::size_t>(code)); }

}  // namespace

std::string_view name_of(RefusalCode code) { return entry_of(code).name; }

Refusal refuse(RefusalCode code) { return refuse(code, std::string(entry_of(code).sentence)); }

Refusal refuse(RefusalCode code, std::string text) {
  Refusal refusal{.code = code, .text = std::move(text), .retry_after_ms = {}, .expected = {}};
  if (const auto wait = entry_of(code).retry_after_ms; wait > 0) refusal.retry_after_ms = wait;
  return refusal;
}

}  // namespace palabre
