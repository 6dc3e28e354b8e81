#include <algorithm>

#include "schema/codec.hpp"
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

void look_at_names(std::string_view text) {
  constexpr std::string_view kCharacters = "abcdefghijklmnopqrstuvwxyz0123456789_-";
  demand(!is_name(text) || (text.size() >= 2 && text.size() <= 24), "a name has 2 to 24 characters");
  demand(!is_name(text) || is_room(text), "what is a name may be a room's too");
  demand(!is_room(text) || has_only(text, kCharacters), "a room's name is of letters, digits, _ and -");
  demand(!is_room(text) || text.size() <= 32, "a room's name has at most 32 characters");
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
