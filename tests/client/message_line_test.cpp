#include "client/message_line.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <ctime>
#include <sstream>

#include "client/time_text.hpp"
#include "client/visible_text.hpp"

namespace palabre {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// Times are shown where the user is; the tests are in Greenwich.
class MessageLine : public testing::Test {
 protected:
  void SetUp() override {
    setenv("TZ", "UTC", 1);
    tzset();
  }
};

// 2025-03-04 13:05:09.120 UTC
constexpr TimeMs kAt{1'741'093'509'120};

event::Message message(std::string text) {
  return {.room = "lobby",
          .sequence = {9},
          .epoch = "0123456789abcdef",
          .client = {3},
          .name = "alice",
          .column = {5},
          .at = kAt,
          .text = std::move(text)};
}

std::vector<std::string> rows_of(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> rows;
  for (std::string row; std::getline(stream, row);) rows.push_back(row);
  return rows;
}

TEST_F(MessageLine, has_time_number_name_and_text) {
  EXPECT_EQ(message_line(message("bonjour"), {}), "13:05  #3 alice  bonjour");
  EXPECT_EQ(message_line(message("bonjour"), {.width = 80}), "13:05  #3 alice  bonjour");
}

TEST_F(MessageLine, shows_room_column_and_replay_when_asked_to) {
  auto replayed = message("x");
  replayed.is_replay = true;
  EXPECT_EQ(message_line(replayed, {.shows_room = true, .shows_column = true, .marks_replay = true}),
            "    5  13:05 ~[lobby] #3 alice  x");
  EXPECT_EQ(message_line(replayed, {}), "13:05  #3 alice  x");
}

TEST_F(MessageLine, puts_a_gutter_before_every_further_row) {
  EXPECT_EQ(message_line(message("one\n13:05  #1 root  forged"), {.width = 80}),
            "13:05  #3 alice  one\n               | 13:05  #1 root  forged");
}

TEST_F(MessageLine, never_lets_the_terminal_wrap_so_that_spaces_cannot_forge_a_line) {
  const auto line =
      message_line(message("hi" + std::string(61, ' ') + "13:05  #1 root  I agree"), {.width = 80});
  const auto rows = rows_of(line);
  ASSERT_GT(rows.size(), 1U);
  for (const auto& row : rows) EXPECT_LE(cells(row), 80U);
  for (std::size_t i = 1; i < rows.size(); ++i) EXPECT_THAT(rows[i], StartsWith("               | "));
}

// Two cells on the screen where our tables say one: counted as one, the terminal would wrap in the middle.
TEST_F(MessageLine, counts_wide_signs_so_that_the_terminal_never_wraps) {
  for (const std::string sign : {"\u0915\u0903", "\u4dc0"}) {
    std::string padding;
    for (int i = 0; i < 31; ++i) padding += sign;
    const auto line = message_line(message(padding + " 13:05  #1 root  forged"), {.width = 80});
    EXPECT_THAT(line, HasSubstr("\n               | 13:05  #1 root  forged"));
  }
}

TEST_F(MessageLine, puts_the_gutter_under_a_name_of_any_length_too) {
  auto hostile = message("text");
  hostile.name = "x" + std::string(70, ' ') + "13:05  #1 root  forged";
  const auto rows = rows_of(message_line(hostile, {.width = 80}));
  ASSERT_GT(rows.size(), 2U);
  for (std::size_t i = 1; i < rows.size(); ++i) EXPECT_THAT(rows[i], StartsWith("  | "));
  EXPECT_LT(message_line(hostile, {.safety = TextSafety::raw}).size(), 200U);
}

TEST_F(MessageLine, moves_the_text_under_the_head_on_a_narrow_screen) {
  const auto rows = rows_of(message_line(message("some words that are long enough"), {.width = 30}));
  ASSERT_GT(rows.size(), 2U);
  EXPECT_EQ(rows[0], "13:05  #3 alice  ");
  for (std::size_t i = 1; i < rows.size(); ++i) {
    EXPECT_THAT(rows[i], StartsWith("  | "));
    EXPECT_LE(cells(rows[i]), 30U);
  }
}

TEST_F(MessageLine, is_one_line_without_a_width) {
  EXPECT_THAT(message_line(message("a\nb"), {}), Not(HasSubstr("\n")));
}

TEST_F(MessageLine, makes_text_visible_unless_it_goes_to_a_pipe) {
  EXPECT_THAT(message_line(message("\x1b[2J"), {.width = 80}), HasSubstr("^[[2J"));
  EXPECT_THAT(message_line(message("\x1b[2J"), {}), HasSubstr("^[[2J"));
  EXPECT_THAT(message_line(message("\x1b[2J"), {.safety = TextSafety::raw}), HasSubstr("\x1b[2J"));
}

TEST(NoticeLine, says_who_did_what) {
  const auto notice = [](NoticeKind kind) {
    return event::Notice{"tea", kAt, {.kind = kind, .client = {3}, .name = "alice"}};
  };
  EXPECT_EQ(notice_line(notice(NoticeKind::came)), "-- alice (#3) came --");
  EXPECT_EQ(notice_line(notice(NoticeKind::went)), "-- alice (#3) went --");
  EXPECT_EQ(notice_line(notice(NoticeKind::joined)), "-- alice (#3) joined tea --");
  EXPECT_EQ(notice_line(notice(NoticeKind::left)), "-- alice (#3) left tea --");
  EXPECT_EQ(notice_line(notice(NoticeKind::rekeyed)),
            "-- alice (#3) has another key now, by the operator --");
  auto renamed = notice(NoticeKind::renamed);
  renamed.what.was = "\x1b[2J";
  EXPECT_EQ(notice_line(renamed), "-- ^[[2J is called alice (#3) now, by the operator --");
  EXPECT_EQ(notice_line(notice(NoticeKind::unknown)), "");
}

TEST(WhoisLine, shows_the_key_in_words_and_a_hostile_name_harmlessly) {
  EXPECT_EQ(whois_line({{3}, "alice", true, CurveKey(kKeyBytes, '\0')}),
            "#3 alice  online  koala tulip banjo harp ladder harbor cabin opera");
  EXPECT_EQ(whois_line({{4}, "bob", false, {}}), "#4 bob  offline  -");
  EXPECT_THAT(whois_line({{5}, "\x1b[2J", false, {}}), HasSubstr("^[[2J"));
}

TEST(MessagesOf, numbers_the_events_of_a_page_and_names_their_senders) {
  const reply::Page page{.batch = {.epoch = "0123456789abcdef",
                                   .room = "tea",
                                   .first = {41},
                                   .names = {{{2}, "bob"}, {{3}, "alice"}},
                                   .events = {{{3}, {7}, "one", {1}}, {{2}, {1}, "two", {2}}}},
                         .head = {42}};
  const auto messages = messages_of(page);
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].sequence, Sequence{41});
  EXPECT_EQ(messages[0].name, "alice");
  EXPECT_EQ(messages[1].sequence, Sequence{42});
  EXPECT_EQ(messages[1].name, "bob");
  EXPECT_EQ(messages[1].room, "tea");
  EXPECT_TRUE(messages[1].is_replay);
}

TEST(MessagesOf, gives_the_cells_of_a_row_their_sender) {
  const reply::Row row{
      .client = {3}, .name = "alice", .columns = {9}, .cells = {{{9}, "tea", {4}, "text", {5}}}};
  const auto messages = messages_of(row, "0123456789abcdef");
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].client, ClientNumber{3});
  EXPECT_EQ(messages[0].name, "alice");
  EXPECT_EQ(messages[0].column, Column{9});
  EXPECT_EQ(messages[0].epoch, "0123456789abcdef");
}

TEST_F(MessageLine, times_are_local_for_people_and_universal_for_programs) {
  EXPECT_EQ(utc_text(kAt), "2025-03-04T13:05:09.120Z");
  EXPECT_EQ(utc_text(TimeMs{7}), "1970-01-01T00:00:00.007Z");
  EXPECT_EQ(local_date(kAt), "Tuesday 4 March 2025");
  setenv("TZ", "XYZ-2", 1);
  tzset();
  EXPECT_EQ(local_clock(kAt), "15:05");
}

}  // namespace
}  // namespace palabre
