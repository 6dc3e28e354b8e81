#include "client/visible_text.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace palabre {
namespace {

using CodePoint = utf8proc_int32_t;

constexpr CodePoint kNone = -1;
constexpr CodePoint kZeroWidthNonJoiner = 0x200c;
constexpr CodePoint kZeroWidthJoiner = 0x200d;
constexpr CodePoint kEmojiStyle = 0xfe0f;
// Stacks of combining characters reach into the rows of other people.
constexpr std::size_t kCombiningMax = 4;
// Letters, marks and signs by category that draw nothing.
constexpr std::array<CodePoint, 9> kBlankLetters{0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5,
                                                 0x2800, 0x3164, 0xffa0, 0x1d159};

struct Piece {
  CodePoint code_point = kNone;  // kNone: a byte that is no UTF-8
  std::string_view bytes;
};

Piece first_piece(std::string_view text) {
  Piece piece;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto length = utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size()), &piece.code_point);
  if (length <= 0) return {kNone, text.substr(0, 1)};
  piece.bytes = text.substr(0, static_cast<std::size_t>(length));
  return piece;
}

// Most characters of most texts: told without asking the library.
constexpr bool is_printable_ascii(char c) { return c >= 0x20 && c <= 0x7e; }

std::string hexadecimal(std::uint32_t number, std::size_t digits_min) {
  std::string digits;
  for (; number != 0 || digits.size() < digits_min; number >>= 4U) {
    digits.insert(digits.begin(), "0123456789ABCDEF"[number & 0xfU]);
  }
  return digits;
}

std::string mark_of(const Piece& piece) {
  const auto code_point = piece.code_point;
  if (code_point == kNone) return "<0x" + hexadecimal(static_cast<unsigned char>(piece.bytes[0]), 2) + ">";
  if (code_point < 0x20 || code_point == 0x7f) return {'^', static_cast<char>(code_point ^ 0x40)};
  return "<U+" + hexadecimal(static_cast<std::uint32_t>(code_point), 4) + ">";
}

// Emoji younger than our Unicode tables.
constexpr bool is_young_emoji(CodePoint c) { return c >= 0x1f000 && c <= 0x1faff; }

// Vowels and finals of Korean syllables written letter by letter: terminals put them into the cell before.
constexpr bool is_inner_jamo(CodePoint c) {
  return (c > 0x1160 && c <= 0x11ff) || (c >= 0xd7b0 && c <= 0xd7ff);
}

bool is_combining(CodePoint c) {
  const auto category = utf8proc_category(c);
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME ||
         category == UTF8PROC_CATEGORY_MC || is_inner_jamo(c);
}

bool is_hidden(CodePoint c) {
  if (c == kNone || std::ranges::find(kBlankLetters, c) != kBlankLetters.end()) return true;
  switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP: return true;
    case UTF8PROC_CATEGORY_CN: return !is_young_emoji(c);
    default: return false;
  }
}

/// Joiners belong between letters of scripts that join, and between emoji; never between Latin letters or at
/// an edge.
bool can_be_joined(CodePoint c) {
  return c >= 0x0300 && !is_hidden(c) && utf8proc_category(c) != UTF8PROC_CATEGORY_ZS;
}

/// Makes text visible one piece at a time, remembering what the next one would join.
class Marker {
 public:
  explicit Marker(std::string_view line_feed) : line_feed_(line_feed) {}

  std::string run(std::string_view text) {
    while (!text.empty()) {
      text.remove_prefix(take_ascii(text));
      if (text.empty()) break;
      const Piece piece = first_piece(text);
      text.remove_prefix(piece.bytes.size());
      take(piece, text);
    }
    return std::move(visible_);
  }

 private:
  /// How many printable bytes of ASCII `text` begins with; they are shown.
  std::size_t take_ascii(std::string_view text) {
    const auto end = std::ranges::find_if_not(text, is_printable_ascii);
    const auto count = static_cast<std::size_t>(end - text.begin());
    if (count == 0) return 0;
    visible_ += text.substr(0, count);
    combining_ = 0;
    before_ = text[count - 1] == ' ' ? kNone : CodePoint{text[count - 1]};
    return count;
  }

  void take(const Piece& piece, std::string_view following) {
    const auto c = piece.code_point;
    if (c == '\n') return put_blank(line_feed_);
    if (c == '\t') return put_blank("    ");
    if (c == kZeroWidthJoiner || c == kZeroWidthNonJoiner) return take_joiner(piece, following);
    if (is_hidden(c)) return put_blank(mark_of(piece));
    if (is_combining(c)) return take_combining(piece);
    visible_ += piece.bytes;
    combining_ = 0;
    before_ = utf8proc_category(c) == UTF8PROC_CATEGORY_ZS ? kNone : c;
  }

  void take_joiner(const Piece& piece, std::string_view following) {
    const auto next = following.empty() ? kNone : first_piece(following).code_point;
    const bool is_one_too_many = combining_ == kCombiningMax && is_combining(next);
    const bool joins = can_be_joined(before_) && can_be_joined(next) && !is_one_too_many;
    if (!joins) return put_blank(mark_of(piece));
    visible_ += piece.bytes;
    before_ = piece.code_point;  // hidden by itself, so a second joiner has nothing to join
  }

  void take_combining(const Piece& piece) {
    if (before_ == kNone || combining_ == kCombiningMax) return put_blank(mark_of(piece));
    visible_ += piece.bytes;
    before_ = piece.code_point;
    ++combining_;
  }

  /// What nothing can be combined with.
  void put_blank(std::string_view shown) {
    visible_ += shown;
    before_ = kNone;
    combining_ = 0;
  }

  std::string_view line_feed_;
  std::string visible_;
  CodePoint before_ = kNone;
  std::size_t combining_ = 0;
};

// Narrow by our tables, wide in terminals: numbers in circles, hexagrams, the letters that make flags.
constexpr bool is_wide_elsewhere(CodePoint c) {
  return (c >= 0x3248 && c <= 0x324f) || (c >= 0x4dc0 && c <= 0x4dff) || (c >= 0x1f1e6 && c <= 0x1f1ff);
}

// Where terminals differ, the most that one of them uses: a row counted too narrow would be wrapped by the
// terminal, without our gutter.
std::size_t width_of(CodePoint c) {
  if (c >= 0x20 && c <= 0x7e) return 1;
  if (c == kNone || c == kEmojiStyle) return 1;  // the style makes a narrow sign wide
  const auto category = utf8proc_category(c);
  if (category == UTF8PROC_CATEGORY_MC) return 1;
  if (category == UTF8PROC_CATEGORY_CN || is_wide_elsewhere(c)) return 2;
  return static_cast<std::size_t>(std::max(0, utf8proc_charwidth(c)));
}

/// The bytes of the first grapheme of text that is not empty.
std::string_view first_grapheme(std::string_view text) {
  const bool is_alone = text.size() == 1 || is_printable_ascii(text[1]);
  if (is_printable_ascii(text[0]) && is_alone) return text.substr(0, 1);
  Piece piece = first_piece(text);
  std::size_t end = piece.bytes.size();
  utf8proc_int32_t state = 0;
  while (end < text.size()) {
    const Piece next = first_piece(text.substr(end));
    if (utf8proc_grapheme_break_stateful(std::max(piece.code_point, 0), std::max(next.code_point, 0), &state))
      break;
    end += next.bytes.size();
    piece = next;
  }
  return text.substr(0, end);
}

/// What belongs to the character before it.
bool is_attached(CodePoint c) {
  return c == kZeroWidthJoiner || c == kZeroWidthNonJoiner || (c != kNone && is_combining(c));
}

/// The bytes of as many characters as fit in `width` cells, but at least of one: a chain of joined emoji, or
/// of letters of one syllable, may be longer than any row.
std::size_t cut_grapheme(std::string_view grapheme, std::size_t width) {
  std::size_t end = 0;
  std::size_t before_last = 0;
  for (std::size_t used = 0; end < grapheme.size();) {
    const Piece piece = first_piece(grapheme.substr(end));
    if (!is_attached(piece.code_point)) before_last = end;
    used += width_of(piece.code_point);
    if (used > width && before_last > 0) return before_last;
    end += piece.bytes.size();
  }
  return end;
}

/// How many bytes of `line`, which is not empty, go on a row of `width` cells.
std::size_t row_end(std::string_view line, std::size_t width) {
  std::size_t end = 0;
  std::size_t after_space = 0;
  for (std::size_t used = 0; end < line.size();) {
    const auto grapheme = first_grapheme(line.substr(end));
    used += cells(grapheme);
    if (used > width && end == 0) return cut_grapheme(grapheme, width);
    if (used > width) return after_space > 0 ? after_space : end;
    end += grapheme.size();
    if (grapheme == " ") after_space = end;
  }
  return end;
}

}  // namespace

std::string visible_text(std::string_view text) { return Marker("\n").run(text); }

std::string visible_line(std::string_view text) { return Marker(" \u23ce ").run(text); }

std::size_t cells(std::string_view visible) {
  std::size_t total = 0;
  while (!visible.empty()) {
    const Piece piece = first_piece(visible);
    total += width_of(piece.code_point);
    visible.remove_prefix(piece.bytes.size());
  }
  return total;
}

std::vector<std::string> wrap(std::string_view visible, std::size_t width) {
  std::vector<std::string> rows;
  for (;;) {
    const auto line_feed = visible.find('\n');
    std::string_view line = visible.substr(0, line_feed);
    do {
      const auto end = line.empty() ? 0 : row_end(line, width);
      rows.emplace_back(line.substr(0, end));
      line.remove_prefix(end);
    } while (!line.empty());
    if (line_feed == std::string_view::npos) return rows;
    visible.remove_prefix(line_feed + 1);
  }
}

std::string behind_gutter(std::string_view visible, std::size_t width, std::size_t indent) {
  if (width == 0) return std::string(visible);
  const auto gutter = gutter_of(indent);
  std::string rows;
  bool is_first = true;
  for (const auto& row : wrap(visible, width > indent ? width - indent : 1)) {
    if (!is_first) rows += "\n" + gutter;
    rows += row;
    is_first = false;
  }
  return rows;
}

std::string gutter_of(std::size_t indent) {
  constexpr std::string_view kBar = "| ";
  return std::string(indent - std::min(indent, kBar.size()), ' ') + std::string(kBar);
}

}  // namespace palabre
