#include "schema/text.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

#include "schema/limits.hpp"

namespace palabre {
namespace {

constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_name_character(char c) { return is_lower(c) || is_digit(c) || c == '_' || c == '-'; }
constexpr bool is_token_character(char c) { return c >= 0x21 && c <= 0x7e; }
constexpr bool is_hexadecimal(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }

// Most characters of most texts: told without asking the library, which takes three nanoseconds for each.
constexpr bool is_printable_ascii(char c) { return c >= 0x20 && c <= 0x7e; }

/// The same for eight at once: with bytes of ASCII only, taking 0x20 from one or adding one to it reaches its
/// highest bit just where the character is none to be printed.
bool are_printable_ascii(const char* eight) {
  constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101;
  std::uint64_t word = 0;
  std::memcpy(&word, eight, sizeof word);
  return ((word | (word + kOnes) | (word - 0x20 * kOnes)) & (0x80 * kOnes)) == 0;
}

bool has_length(std::string_view text, std::size_t min, std::size_t max) {
  return text.size() >= min && text.size() <= max;
}

constexpr bool is_refused_control(utf8proc_int32_t code_point) {
  return (code_point < 0x20 && code_point != '\n' && code_point != '\t') || code_point == 0x7f;
}

Refusal refuse_at(std::size_t position, std::string_view what) {
  return refuse(RefusalCode::bad_text,
                "the text has " + std::string(what) + " at byte " + std::to_string(position));
}

}  // namespace

bool is_name(std::string_view text) {
  return has_length(text, limits::kNameBytesMin, limits::kNameBytesMax) && is_lower(text.front()) &&
         std::ranges::all_of(text, is_name_character);
}

bool is_token(std::string_view text) {
  return has_length(text, limits::kTokenBytesMin, limits::kTokenBytesMax) &&
         std::ranges::all_of(text, is_token_character);
}

bool is_epoch(std::string_view text) {
  return text.size() == limits::kEpochBytes && std::ranges::all_of(text, is_hexadecimal);
}

std::optional<Refusal> refuse_text(std::string_view text) {
  if (text.empty()) return refuse(RefusalCode::bad_text, "the text is empty");
  if (text.size() > limits::kTextBytesMax) {
    return refuse(RefusalCode::too_long, "the text has " + std::to_string(text.size()) + " bytes; at most " +
                                             std::to_string(limits::kTextBytesMax) + " are taken");
  }
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  for (std::size_t position = 0; position < text.size();) {
    if (text.size() - position >= 8 && are_printable_ascii(text.data() + position)) {
      position += 8;
      continue;
    }
    if (is_printable_ascii(text[position])) {
      ++position;
      continue;
    }
    utf8proc_int32_t code_point = 0;
    const auto left = static_cast<utf8proc_ssize_t>(text.size() - position);
    const auto length = utf8proc_iterate(bytes + position, left, &code_point);
    if (length <= 0) return refuse_at(position, "invalid UTF-8");
    if (is_refused_control(code_point)) return refuse_at(position, "a control character");
    position += static_cast<std::size_t>(length);
  }
  return std::nullopt;
}

std::optional<Refusal> refuse_reason(std::string_view text) {
  if (text.size() > limits::kReasonBytesMax) {
    return refuse(RefusalCode::too_long,
                  "a reason has at most " + std::to_string(limits::kReasonBytesMax) + " bytes");
  }
  return text.empty() ? std::nullopt : refuse_text(text);
}

}  // namespace palabre
