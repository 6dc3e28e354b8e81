#include "client/visible_text.hpp"

#include <gmock/gmock.h>

#include <clocale>
#include <cstdint>
#include <cwchar>
#include <string>

namespace palabre {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::ResultOf;

using namespace std::string_literals;

std::string utf8(char32_t c) {
  std::string text;
  const auto put = [&text](char32_t byte) { text += static_cast<char>(byte); };
  if (c < 0x800) {
    put(0xc0 | c >> 6);
  } else {
    c < 0x10000 ? put(0xe0 | c >> 12) : (put(0xf0 | c >> 18), put(0x80 | (c >> 12 & 0x3f)));
    put(0x80 | (c >> 6 & 0x3f));
  }
  put(0x80 | (c & 0x3f));
  return text;
}

TEST(VisibleText, leaves_what_people_write_as_it_is) {
  for (const auto* text :
       {"hello, world", "d\u00e9j\u00e0 vu", "\u65e5\u672c\u8a9e", "\u0645\u0631\u062d\u0628\u0627",
        "\U0001f389 \u2764\ufe0f", "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "e\u0301"}) {
    EXPECT_EQ(visible_text(text), text);
  }
}

TEST(VisibleText, marks_control_characters) {
  EXPECT_EQ(visible_text("\x1b]0;title\x07"), "^[]0;title^G");
  EXPECT_EQ(visible_text("a\rb"), "a^Mb");
  EXPECT_EQ(visible_text("a\0b"s), "a^@b");
  EXPECT_EQ(visible_text("\x7f"), "^?");
  EXPECT_EQ(visible_text("\u009b31m"), "<U+009B>31m");
}

TEST(VisibleText, marks_bidirectional_controls_and_line_separators) {
  EXPECT_EQ(visible_text("\u202eevil\u202c"), "<U+202E>evil<U+202C>");
  EXPECT_EQ(visible_text("\u2066x\u2069\u200f"), "<U+2066>x<U+2069><U+200F>");
  EXPECT_EQ(visible_text("a\u2028b\u2029c"), "a<U+2028>b<U+2029>c");
}

TEST(VisibleText, marks_tags_private_and_unassigned_characters) {
  EXPECT_EQ(visible_text("\U000e0041"), "<U+E0041>");
  EXPECT_EQ(visible_text("\ue000"), "<U+E000>");
  EXPECT_EQ(visible_text("\U000e1234"), "<U+E1234>");
}

TEST(VisibleText, marks_zero_width_characters_that_join_nothing) {
  EXPECT_EQ(visible_text("a\u200bb"), "a<U+200B>b");
  EXPECT_EQ(visible_text("\ufeffa"), "<U+FEFF>a");
  EXPECT_EQ(visible_text("pay\u200dpal"), "pay<U+200D>pal");
  EXPECT_EQ(visible_text("\u65e5\u200d"), "\u65e5<U+200D>");
  EXPECT_EQ(visible_text("\u200d\u65e5"), "<U+200D>\u65e5");
  EXPECT_EQ(visible_text("\u65e5\u200d\u200d\u672c"), "\u65e5<U+200D><U+200D>\u672c");
}

TEST(VisibleText, marks_blanks_that_pretend_to_be_letters) {
  EXPECT_EQ(visible_text("\u3164\u115f\u2800"), "<U+3164><U+115F><U+2800>");
}

TEST(VisibleText, marks_combining_characters_without_a_base_and_in_stacks) {
  EXPECT_EQ(visible_text("\u0301a"), "<U+0301>a");
  EXPECT_EQ(visible_text("a \u0301"), "a <U+0301>");
  EXPECT_EQ(visible_text("a\n\u0301"), "a\n<U+0301>");
  EXPECT_EQ(visible_text("a\u0301\u0302\u0303\u0304\u0305"), "a\u0301\u0302\u0303\u0304<U+0305>");
}

TEST(VisibleText, counts_combining_characters_anew_for_each_letter) {
  const std::string stack = "\u0301\u0302\u0303\u0304";
  for (const auto& text :
       {"a" + stack + "b\u0301", "a" + stack + "bc" + stack, "\u00e9" + stack + "\u00e9" + stack}) {
    EXPECT_EQ(visible_text(text), text);
  }
}

TEST(VisibleText, marks_a_joiner_before_a_combining_character_that_is_one_too_many) {
  const std::string stack = "a\u0301\u0302\u0303\u0304";
  EXPECT_EQ(visible_text(stack + "\u200d\u0301"), stack + "<U+200D><U+0301>");
}

TEST(VisibleText, takes_vowel_signs_and_inner_jamo_for_combining_characters_too) {
  for (const std::string mark : {"\u0903", "\u1161", "\u11a8", "\ud7b0"}) {
    EXPECT_THAT(visible_text(mark), testing::StartsWith("<U+")) << mark;
    const auto four = "\u0915" + mark + mark + mark + mark;
    EXPECT_THAT(visible_text(four + mark), testing::StartsWith(four + "<U+")) << mark;
  }
}

TEST(VisibleText, does_not_change_when_it_is_made_visible_again) {
  for (const auto* text : {"\x1b[2J\u202e\ta\u0301\u0301\u0301\u0301\u0301", "\xff\u200d\u200b<U+202E>"}) {
    EXPECT_EQ(visible_line(visible_line(text)), visible_line(text));
  }
}

TEST(VisibleText, marks_bytes_that_are_no_utf8) {
  EXPECT_EQ(visible_text("a\xff"), "a<0xFF>");
  EXPECT_EQ(visible_text("\xed\xa0\x80"), "<0xED><0xA0><0x80>");
  EXPECT_EQ(visible_text("\xf0\x9f"), "<0xF0><0x9F>");
}

TEST(VisibleText, never_lets_an_active_byte_through_whatever_it_is_given) {
  for (unsigned code = 0; code < 0x10000; ++code) {
    const std::string text{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
    for (const char c : visible_line(text)) {
      const auto byte = static_cast<unsigned char>(c);
      ASSERT_TRUE(byte >= 0x20 && byte != 0x7f) << "bytes " << code;
    }
  }
}

TEST(VisibleText, keeps_line_feeds_and_turns_tabs_into_spaces) {
  EXPECT_EQ(visible_text("a\n\tb"), "a\n    b");
}

TEST(VisibleLine, has_no_line_feed) {
  EXPECT_THAT(visible_line("a\nb"), Not(HasSubstr("\n")));
  EXPECT_EQ(visible_line("a\nb"), "a \u23ce b");
}

TEST(Cells, counts_wide_characters_twice_and_combining_ones_not) {
  EXPECT_EQ(cells("abc"), 3U);
  EXPECT_EQ(cells("\u65e5\u672c"), 4U);
  EXPECT_EQ(cells("e\u0301"), 1U);
  EXPECT_EQ(cells("\U0001f389"), 2U);
  EXPECT_EQ(cells("\u2764\ufe0f"), 2U);
}

TEST(Cells, are_never_fewer_than_the_systems_own_terminals_use) {
  std::setlocale(LC_CTYPE, "C.UTF-8");
  for (char32_t c = 0xa0; c < 0x30000; ++c) {
    const auto text = utf8(c);
    if (visible_text(text) != text) continue;
    const int used = ::wcwidth(static_cast<wchar_t>(c));
    ASSERT_GE(static_cast<int>(cells(text)), used) << std::hex << static_cast<std::uint32_t>(c);
  }
}

TEST(Cells, are_the_most_that_a_terminal_uses_where_they_differ) {
  EXPECT_EQ(cells("\u0915\u093e"), 2U);          // a vowel sign with a cell of its own, or none
  EXPECT_EQ(cells("\u4dc0"), 2U);                // a hexagram
  EXPECT_EQ(cells("\U0001f1eb\U0001f1f7"), 4U);  // a flag, or two letters
}

TEST(Wrap, cuts_after_spaces_and_only_inside_a_word_that_is_too_long) {
  EXPECT_THAT(wrap("one two three", 8), ElementsAre("one two ", "three"));
  EXPECT_THAT(wrap("abcdefgh", 3), ElementsAre("abc", "def", "gh"));
  EXPECT_THAT(wrap("", 10), ElementsAre(""));
}

TEST(Wrap, cuts_at_line_feeds) { EXPECT_THAT(wrap("a\n\nb\n", 10), ElementsAre("a", "", "b", "")); }

TEST(Wrap, keeps_every_row_within_the_width) {
  const std::string text =
      "word \u65e5\u672c\u8a9e\u30c6\u30ad\u30b9\u30c8 \U0001f389\U0001f389\U0001f389 e\u0301e\u0301 "
      "aaaaaaaaaaaa b";
  for (std::size_t width = 2; width < 30; ++width) {
    EXPECT_THAT(wrap(text, width), Each(ResultOf(cells, testing::Le(width)))) << "width " << width;
  }
}

TEST(Wrap, does_not_cut_a_grapheme) {
  EXPECT_THAT(wrap("e\u0301e\u0301", 1), ElementsAre("e\u0301", "e\u0301"));
  EXPECT_THAT(wrap("\u65e5\u672c", 1), ElementsAre("\u65e5", "\u672c"));
}

TEST(Wrap, cuts_a_grapheme_that_is_wider_than_a_row_but_never_before_what_is_combined) {
  std::string chain = "\U0001f389";
  for (int i = 0; i < 50; ++i) chain += "\u200d\U0001f389";
  EXPECT_THAT(wrap(chain, 10), Each(ResultOf(cells, testing::Le(10U))));
  EXPECT_THAT(wrap("\u65e5\u0301", 1), ElementsAre("\u65e5\u0301"));
}

TEST(BehindGutter, begins_every_row_but_the_first_with_the_gutter) {
  EXPECT_EQ(behind_gutter("-- one two three --", 15, 4), "-- one two \n  | three --");
  EXPECT_EQ(behind_gutter("one two three", 0, 4), "one two three");
}

}  // namespace
}  // namespace palabre
