#include "broker/log_lines.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace palabre::broker {
namespace {

using Json = nlohmann::json;

constexpr TimeMs kAt{1764478800123};  // 2025-11-30 05:00:00.123 UTC

LogEntry entry(std::string message) { return {LogLevel::warning, "tested", std::move(message)}; }

/// What a peer might want to bring into a log.
const std::vector<std::string> kNasty{"two\nlines",
                                      "\x1b[2J\x1b]0;title\x07",
                                      std::string("nul\0byte", 8),
                                      "del\x7f",
                                      "csi\xc2\x9b 2J",
                                      "\xe2\x80\xae"
                                      "turned",
                                      "\xe2\x80\xa8"
                                      "separated",
                                      "\xff\xfe",
                                      "cut \xe2\x82",
                                      "\r\b\t\v"};

bool is_one_visible_line(const std::string& line) {
  return std::ranges::none_of(line, [](unsigned char byte) { return byte < 0x20 || byte == 0x7f; });
}

TEST(TextLine, has_level_and_message) {
  EXPECT_EQ(text_line(entry("all is well")), "palabred: warning: all is well");
  EXPECT_EQ(text_line({LogLevel::critical, "tested", "it ends"}), "palabred: critical: it ends");
}

TEST(TextLine, shows_other_peoples_alphabets_as_they_are) {
  EXPECT_EQ(text_line(entry("no space in /srv/\u00e9t\u00e9/\u65e5\u672c")),
            "palabred: warning: no space in /srv/\u00e9t\u00e9/\u65e5\u672c");
}

TEST(TextLine, writes_out_what_nobody_sees) {
  EXPECT_EQ(text_line(entry("a\nb\tc\x1b[2J\\")), "palabred: warning: a\\nb\\tc\\x1b[2J\\\\");
  EXPECT_EQ(text_line(entry("\xff \xc2\x9b \xe2\x80\xae")), "palabred: warning: \\xff \\u{9b} \\u{202e}");
  for (const auto& nasty : kNasty) EXPECT_TRUE(is_one_visible_line(text_line(entry(nasty)))) << nasty;
}

TEST(JsonLine, is_an_object_of_time_level_event_message_and_fields) {
  auto told = entry("ended it");
  told.fields = {{"address", "10.0.0.1"}, {"count", std::uint64_t{3}}};
  EXPECT_EQ(json_line(told, kAt), R"({"time":"2025-11-30T05:00:00.123Z","level":"warning","event":"tested",)"
                                  R"("message":"ended it","address":"10.0.0.1","count":3})");
  EXPECT_EQ(Json::parse(json_line(entry(""), {7}))["time"], "1970-01-01T00:00:00.007Z");
}

TEST(JsonLine, keeps_every_word_and_is_one_line_of_ascii_whatever_is_in_it) {
  for (const auto& nasty : kNasty) {
    auto told = entry(nasty);
    told.fields = {{"reason", nasty}};
    const auto line = json_line(told, kAt);
    EXPECT_TRUE(is_one_visible_line(line)) << nasty;
    EXPECT_TRUE(std::ranges::all_of(line, [](unsigned char byte) { return byte < 0x80; })) << nasty;
    EXPECT_EQ(Json::parse(line)["message"], Json::parse(line)["reason"]);
  }
  EXPECT_EQ(Json::parse(json_line(entry(kNasty[0]), kAt))["message"], kNasty[0]);
  EXPECT_EQ(Json::parse(json_line(entry("\xff"), kAt))["message"], "\ufffd");
}

}  // namespace
}  // namespace palabre::broker
