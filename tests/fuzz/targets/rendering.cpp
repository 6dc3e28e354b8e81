#include <algorithm>
#include <iterator>
#include <string>

#include "client/message_line.hpp"
#include "client/visible_text.hpp"
#include "tests/fuzz/targets/code_points.hpp"
#include "tests/fuzz/targets/target.hpp"

namespace palabre::fuzz {
namespace {

constexpr char32_t kZeroWidthNonJoiner = 0x200c;
constexpr char32_t kZeroWidthJoiner = 0x200d;

struct Range {
  char32_t first;
  char32_t last;
};
// By their first: controls, blanks without width, marks and overrides of direction, separators, private
// characters, tags.
constexpr Range kActive[] = {{0x00, 0x09},     {0x0b, 0x1f},       {0x7f, 0x9f},       {0xad, 0xad},
                             {0x034f, 0x034f}, {0x061c, 0x061c},   {0x115f, 0x1160},   {0x180e, 0x180e},
                             {0x200b, 0x200b}, {0x200e, 0x200f},   {0x2028, 0x202e},   {0x2060, 0x206f},
                             {0x3164, 0x3164}, {0xd800, 0xf8ff},   {0xfeff, 0xfeff},   {0xfff9, 0xfffb},
                             {0xffff, 0xffff}, {0xe0000, 0xe00ff}, {0xf0000, 0x10ffff}};

bool is_active(char32_t point) {
  if (point >= 0x20 && point <= 0x7e) return false;
  const auto* behind = std::ranges::upper_bound(kActive, point, {}, &Range::first);
  return behind != std::begin(kActive) && point <= std::prev(behind)->last;
}

bool is_joiner(char32_t point) { return point == kZeroWidthJoiner || point == kZeroWidthNonJoiner; }
bool is_accent(char32_t point) { return point >= 0x0300 && point <= 0x036f; }

/// What may be on the screen wherever it came from.
void demand_harmless(std::string_view shown) {
  char32_t before = '\n';
  int accents = 0;
  for (CodePoints points(shown); !points.is_at_end();) {
    const auto point = points.next();
    demand(point.has_value(), "what is shown is UTF-8");
    demand(!is_active(*point), "nothing active or hidden is shown");
    demand(!is_joiner(*point) || before >= 0x0300, "a joiner follows what it joins");
    demand(!is_joiner(before) || *point >= 0x0300 || *point == '\n', "a joiner precedes what it joins");
    accents = is_accent(*point) ? accents + 1 : 0;
    demand(accents <= 4, "accents do not pile up");
    demand(accents == 0 || (before != ' ' && before != '\n'), "an accent has its letter");
    before = *point;
  }
}

/// No row may look like the beginning of another line, and none may be wrapped by the terminal.
void demand_rows(std::string_view line, std::size_t width) {
  constexpr std::size_t kWidestCharacter = 6;  // with all that may be combined with it
  bool is_first = true;
  for (std::size_t begin = 0; begin <= line.size(); is_first = false) {
    const auto end = std::min(line.find('\n', begin), line.size());
    const auto row = line.substr(begin, end - begin);
    const auto bar = row.find_first_not_of(' ');
    demand(is_first || (bar != std::string_view::npos && row[bar] == '|' && bar >= 2), "rows have a gutter");
    demand(width == 0 || cells(row) <= std::max(width, kUsualIndent + kWidestCharacter),
           "a row fits the screen");
    begin = end + 1;
  }
}

event::Message message_from(std::string_view input, std::size_t name_size) {
  return {.room = std::string(input.substr(0, name_size / 2)),
          .sequence = {1},
          .epoch = "0123456789abcdef",
          .client = {3},
          .name = std::string(input.substr(0, name_size)),
          .column = {2},
          .at = {1'700'000'000'000},
          .text = std::string(input.substr(std::min(name_size, input.size()))),
          .is_replay = name_size % 2 == 1};
}

void look_at_line(const event::Message& message, std::size_t width, unsigned flags) {
  const auto line = message_line(message, {.width = width,
                                           .shows_room = (flags & 1) != 0,
                                           .shows_column = (flags & 2) != 0,
                                           .marks_replay = (flags & 4) != 0});
  demand_harmless(line);
  demand_rows(line, width);
}

void look_at_sentence(std::string_view text, std::size_t width) {
  const auto sentence = visible_line(text);
  demand_harmless(sentence);
  demand(sentence.find('\n') == std::string::npos, "a line has no line feed");
  demand(visible_line(sentence) == sentence, "what is visible stays as it is");
  demand_rows(behind_gutter(sentence, width, kUsualIndent), width);
}

void look_at_notice(const event::Message& message) {
  demand_harmless(
      notice_line({.room = message.room, .at = {}, .what = {NoticeKind::joined, {3}, message.name}}));
}

}  // namespace

/// Others' text, names and rooms on a screen of any width; the second byte says how they are shown.
void take(std::string_view input) {
  if (input.size() < 3) return;
  const std::size_t width = static_cast<unsigned char>(input[0]);
  const auto flags = static_cast<unsigned char>(input[1]);
  const auto message = message_from(input.substr(3), static_cast<unsigned char>(input[2]));
  if (flags < 128) {
    look_at_line(message, width, flags);
  } else if (flags < 240) {
    look_at_sentence(message.text, width);
  } else {
    look_at_notice(message);
  }
}

}  // namespace palabre::fuzz
