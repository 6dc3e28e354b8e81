#include <algorithm>

#include "schema/codec.hpp"
#include "schema/room_names.hpp"
#include "schema/text.hpp"
#include "tests/fuzz/targets/code_points.hpp"
#include "tests/fuzz/targets/target.hpp"

namespace palabre::fuzz {
namespace {

bool is_plain_text(std::string_view text) {
  for (CodePoints points(text); !points.is_at_end();) {
    const auto point = points.next();
    if (!point || *point == 0x7f || (*point < 0x20 && *point != '\n' && *point != '\t')) return false;
  }
  return !text.empty() && text.size() <= limits::kTextBytesMax;
}

bool has_only(std::string_view text, std::string_view characters) {
  return text.find_first_not_of(characters) == std::string_view::npos;
}

bool may_be_named(std::string_view text, std::size_t longest, std::string_view first_characters) {
  return !text.empty() && text.size() <= longest && has_only(text.substr(0, 1), first_characters) &&
         has_only(text, "abcdefghijklmnopqrstuvwxyz0123456789_-");
}

bool may_be_person(std::string_view text) {
  return text.size() >= 2 && may_be_named(text, 24, "abcdefghijklmnopqrstuvwxyz");
}

bool may_be_open_room(std::string_view text) {
  return may_be_named(text, 32, "abcdefghijklmnopqrstuvwxyz0123456789");
}

std::optional<RoomKind> kind_by_the_page(std::string_view text) {
  const auto slash = std::min(text.find('/'), text.size());
  if (may_be_open_room(text)) return RoomKind::open;
  if (text.substr(0, 1) == "@" && may_be_person(text.substr(1))) return RoomKind::direct;
  if (slash == text.size() || !may_be_person(text.substr(0, slash))) return std::nullopt;
  return may_be_open_room(text.substr(slash + 1)) ? std::optional(RoomKind::closed) : std::nullopt;
}

void look_at_names(std::string_view text) {
  demand(is_name(text) == may_be_person(text), "a name is what the page says");
  demand(room_kind(text) == kind_by_the_page(text), "a room's name says of what kind it is");
  if (room_kind(text).value_or(RoomKind::open) != RoomKind::open) {
    demand(is_name(person_in(text)), "in a private room's name is somebody's");
    demand(!is_open_room(text), "the feed carries no private room");
  }
  demand(!is_epoch(text) || has_only(text, "0123456789abcdef"), "an epoch is hexadecimal");
  demand(!is_token(text) || std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; }),
         "a token is visible ASCII");
}

}  // namespace

/// The rules for texts and names, told again by other code, and what the codec makes of a text.
void take(std::string_view input) {
  look_at_names(input);
  const auto refusal = refuse_text(input);
  demand(!refusal == is_plain_text(input), "a text is refused for its size, bad UTF-8 and controls alone");
  const request::Post post{.room = "lobby", .outbox = {1}, .counter = {1}, .texts = {input}};
  const auto decoded = decode_request(encode(RequestId{1}, post));
  demand(decoded.body.ok() == !refusal, "the codec takes the texts that may be posted");
  if (decoded.body) demand(std::get<request::Post>(*decoded.body).texts[0] == input, "a text stays as it is");
}

}  // namespace palabre::fuzz
