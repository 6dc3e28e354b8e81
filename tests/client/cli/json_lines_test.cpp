#include "client/cli/json_lines.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace palabre::cli {
namespace {

constexpr TimeMs kAt{1'741'093'509'120};

event::Message replayed(std::string text) {
  return {.room = "tea",
          .sequence = {12},
          .epoch = "0123456789abcdef",
          .client = {3},
          .name = "alice",
          .column = {5},
          .at = kAt,
          .text = std::move(text),
          .is_replay = true};
}

TEST(JsonLines, a_message_has_the_keys_of_the_contract_in_order) {
  EXPECT_EQ(
      json_line(replayed("bonjour")),
      R"({"v":1,"room":"tea","sequence":12,"epoch":"0123456789abcdef","client":3,"name":"alice","column":5,)"
      R"("at":"2025-03-04T13:05:09.120Z","text":"bonjour","replay":true})");
}

TEST(JsonLines, any_text_is_one_line_and_comes_back_unchanged) {
  for (const std::string text : {"a\nb\tc", "\"quoted\\\"", "\u2028 \u00e9 \U0001f389", "\x1b[31m"}) {
    const auto line = json_line(replayed(text));
    EXPECT_EQ(line.find('\n'), std::string::npos);
    EXPECT_EQ(nlohmann::json::parse(line)["text"], text);
  }
}

TEST(JsonLines, a_terminal_gets_ascii_with_the_same_value) {
  const std::string text = "\u202e \u009b31m \x7f \U0001f389";
  const auto line = json_line(replayed(text), JsonCharacters::ascii);
  for (const char c : line) EXPECT_TRUE(c >= 0x20 && c < 0x7f) << line;
  EXPECT_EQ(nlohmann::json::parse(line)["text"], text);
}

TEST(JsonLines, an_acknowledgement_has_the_keys_of_the_contract_in_order) {
  const event::Stored stored{
      .counter = {1}, .room = "lobby", .sequence = {12}, .client = {3}, .column = {5}, .at = kAt};
  EXPECT_EQ(json_line(stored),
            R"({"v":1,"room":"lobby","sequence":12,"client":3,"column":5,"at":"2025-03-04T13:05:09.120Z"})");
}

TEST(JsonLines, lists_have_the_keys_of_the_contract_in_order) {
  EXPECT_EQ(json_line(reply::ClientEntry{{3}, "alice", true}),
            R"({"v":1,"client":3,"name":"alice","online":true})");
  EXPECT_EQ(json_line(reply::Whois{{3}, "alice", true, {}}),
            R"({"v":1,"client":3,"name":"alice","online":true})");
  EXPECT_EQ(
      json_line(reply::Whois{{3}, "alice", false, CurveKey(kKeyBytes, '\0')}),
      R"({"v":1,"client":3,"name":"alice","online":false,"key":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",)"
      R"("fingerprint":"koala tulip banjo harp ladder harbor cabin opera"})");
  EXPECT_EQ(json_line(reply::RoomEntry{"tea", {7}, 2}), R"({"v":1,"room":"tea","head":7,"members":2})");
  EXPECT_EQ(json_line(NamedClient{{3}, "alice"}), R"({"v":1,"client":3,"name":"alice"})");
}

}  // namespace
}  // namespace palabre::cli
