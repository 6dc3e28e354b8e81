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

void look_at_text(std::string_view text, bool may_be_posted) {
  const auto refusal = refuse_text(text);
  demand(!refusal == may_be_posted, "a text is refused for its size, bad UTF-8 and controls alone");
  const request::Post post{.room = "lobby", .outbox = {1}, .counter = {1}, .texts = {text}};
  const auto decoded = decode_request(encode(RequestId{1}, post));
  demand(decoded.body.ok() == !refusal, "the codec takes the texts that may be posted");
  if (decoded.body) demand(std::get<request::Post>(*decoded.body).texts[0] == text, "a text stays as it is");
}

/// The end of a text that is as long as it may be, or one byte longer.
void look_at_long_text(std::string_view end, bool is_too_long) {
  std::string text(limits::kTextBytesMax - end.size() + (is_too_long ? 1 : 0), 'x');
  text += end;
  look_at_text(text, !is_too_long && (end.empty() || is_plain_text(end)));
}

}  // namespace

/// The rules for texts and names, told again by other code, and what the codec makes of a text. The first
/// byte says what is tried; long texts are tried seldom, because they take long.
void take(std::string_view input) {
  if (input.empty()) return;
  const auto what = static_cast<unsigned char>(input[0]);
  const auto text = input.substr(1);
  if (what >= 254 && text.size() % 32 == 0) return look_at_long_text(text, what == 255);
  if (what % 2 == 0) return look_at_names(text);
  look_at_text(text, is_plain_text(text));
}

}  // namespace palabre::fuzz
