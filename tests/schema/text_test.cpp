#include "schema/text.hpp"

#include <gtest/gtest.h>

#include <string>

#include "schema/limits.hpp"

namespace palabre {
namespace {

TEST(Names, have_2_to_24_characters_and_begin_with_a_letter) {
  EXPECT_TRUE(is_name("al"));
  EXPECT_TRUE(is_name("a" + std::string(23, '-')));
  EXPECT_FALSE(is_name(""));
  EXPECT_FALSE(is_name("a"));
  EXPECT_FALSE(is_name("a" + std::string(24, 'b')));
  EXPECT_FALSE(is_name("1al"));
  EXPECT_FALSE(is_name("_al"));
  EXPECT_FALSE(is_name("Alice"));
  EXPECT_FALSE(is_name("al ice"));
  EXPECT_FALSE(is_name("andr\u00e9"));
}

TEST(Tokens, have_16_to_128_printable_characters_without_spaces) {
  EXPECT_TRUE(is_token(std::string(16, '!')));
  EXPECT_TRUE(is_token(std::string(128, '~')));
  EXPECT_FALSE(is_token(std::string(15, 'x')));
  EXPECT_FALSE(is_token(std::string(129, 'x')));
  EXPECT_FALSE(is_token("sixteen and more characters"));
}

TEST(Texts, take_utf8_newlines_and_tabs_up_to_their_limit) {
  EXPECT_FALSE(refuse_text("bonjour"));
  EXPECT_FALSE(refuse_text("two\nlines\tand a tab"));
  EXPECT_FALSE(refuse_text("\u00e7a va \U0001f642"));
  EXPECT_FALSE(refuse_text(std::string(limits::kTextBytesMax, 'x')));
}

TEST(Texts, are_refused_with_the_reason_and_the_byte_position) {
  EXPECT_EQ(refuse_text("")->code, RefusalCode::bad_text);
  EXPECT_EQ(refuse_text(std::string(limits::kTextBytesMax + 1, 'x'))->code, RefusalCode::too_long);
  EXPECT_EQ(refuse_text("ab\x1b[2J")->text, "the text has a control character at byte 2");
  EXPECT_EQ(refuse_text("a\x7f")->text, "the text has a control character at byte 1");
  EXPECT_EQ(refuse_text(std::string("a\0b", 3))->text, "the text has a control character at byte 1");
  EXPECT_EQ(refuse_text("abc\xff")->text, "the text has invalid UTF-8 at byte 3");
  EXPECT_EQ(refuse_text("\xed\xa0\x80")->text, "the text has invalid UTF-8 at byte 0");  // a surrogate
  EXPECT_EQ(refuse_text("\xc0\xaf")->text, "the text has invalid UTF-8 at byte 0");      // an overlong slash
}

TEST(Text, finds_a_character_wherever_it_stands) {
  for (std::size_t place = 0; place < 20; ++place) {
    for (int byte = 0; byte < 0x80; ++byte) {
      std::string text(20, 'x');
      text[place] = static_cast<char>(byte);
      const bool is_control = (byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f;
      const auto refusal = refuse_text(text);
      ASSERT_EQ(refusal.has_value(), is_control) << byte << " at " << place;
      if (refusal) {
        ASSERT_EQ(refusal->text, "the text has a control character at byte " + std::to_string(place));
      }
    }
    for (int byte = 0x80; byte < 0x100; ++byte) {
      std::string text(20, 'x');
      text[place] = static_cast<char>(byte);
      const auto refusal = refuse_text(text);
      ASSERT_TRUE(refusal) << byte << " at " << place;
      ASSERT_EQ(refusal->text, "the text has invalid UTF-8 at byte " + std::to_string(place));
    }
  }
}

TEST(Refusals, have_a_name_and_a_sentence_each_and_say_when_to_try_again) {
  for (std::uint64_t code = 1; code <= kRefusalCodeMax; ++code) {
    const auto refusal = refuse(static_cast<RefusalCode>(code));
    EXPECT_FALSE(name_of(refusal.code).empty()) << code;
    EXPECT_FALSE(refusal.text.empty()) << code;
    const bool is_passing = refusal.code == RefusalCode::busy || refusal.code == RefusalCode::storage_full ||
                            refusal.code == RefusalCode::stopping || refusal.code == RefusalCode::too_fast;
    EXPECT_EQ(refusal.retry_after_ms.has_value(), is_passing) << code;
  }
}

}  // namespace
}  // namespace palabre
