#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace palabre::fuzz {

/// Reads UTF-8 with none of ours, so that it can judge what ours took or wrote.
class CodePoints {
 public:
  explicit CodePoints(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool is_at_end() const { return rest_.empty(); }

  /// The next code point; nothing when the bytes are not well-formed. Requires !is_at_end().
  std::optional<char32_t> next() {
    const auto first = byte(0);
    const std::size_t length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (length == 0 || first > 0xf4 || rest_.size() < length) return std::nullopt;
    char32_t code_point = length == 1 ? first : first & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
      if ((byte(i) & 0xc0) != 0x80) return std::nullopt;
      code_point = code_point << 6 | (byte(i) & 0x3f);
    }
    constexpr char32_t kShortest[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool is_surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
    if (code_point < kShortest[length] || code_point > 0x10ffff || is_surrogate) return std::nullopt;
    rest_.remove_prefix(length);
    return code_point;
  }

 private:
  [[nodiscard]] std::uint32_t byte(std::size_t at) const { return static_cast<unsigned char>(rest_[at]); }

  std::string_view rest_;
};

}  // namespace palabre::fuzz
