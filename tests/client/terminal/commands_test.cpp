#include "client/terminal/commands.hpp"

#include <gmock/gmock.h>

#include <set>

#include "client/terminal/status.hpp"
#include "client/visible_text.hpp"

namespace palabre::terminal {
namespace {

TEST(Commands, each_has_a_name_of_its_own_a_sentence_and_an_example) {
  std::set<std::string_view> names;
  for (const auto& command : commands()) {
    EXPECT_TRUE(names.insert(command.name).second) << command.name << " is there twice";
    EXPECT_FALSE(command.about.empty()) << command.name;
    EXPECT_NE(command.run, nullptr) << command.name;
    const auto example = read_typed(command.example);
    ASSERT_TRUE(std::holds_alternative<RunCommand>(example)) << command.example;
    EXPECT_EQ(std::get<RunCommand>(example).command, &command) << command.example;
  }
}

TEST(Commands, fit_a_row_of_help_on_a_screen_of_80_cells) {
  for (const auto& command : commands()) {
    EXPECT_LE(command.name.size() + command.arguments.size() + 3, 18U) << command.name;
    EXPECT_LE(cells(command.about), 80U - 18U) << command.name;
  }
}

TEST(Commands, the_promised_ones_are_there) {
  for (const auto* name : {"help",  "lock",  "unlock", "more",    "peek",  "join", "leave",  "who",
                           "whois", "rooms", "matrix", "history", "quit",  "msg",  "invite", "role",
                           "kick",  "mute",  "unmute", "ban",     "unban", "audit"}) {
    EXPECT_NE(find_command(name), nullptr) << name;
  }
}

TEST(ReadTyped, finds_commands_in_any_case_with_their_argument) {
  const auto request = read_typed("/JOIN   tea ");
  ASSERT_TRUE(std::holds_alternative<RunCommand>(request));
  EXPECT_EQ(std::get<RunCommand>(request).command->name, "join");
  EXPECT_EQ(std::get<RunCommand>(request).argument, "tea");
}

TEST(ReadTyped, never_says_an_unknown_command) {
  for (const auto* line : {"/pasword secret", "/", "/ lock", "/etc/passwd\nroot", "/lockx", "/\xff"}) {
    EXPECT_TRUE(std::holds_alternative<UnknownCommand>(read_typed(line))) << line;
  }
}

TEST(ReadTyped, says_text_and_takes_two_slashes_for_one) {
  EXPECT_EQ(std::get<Say>(read_typed("hello /lock")).text, "hello /lock");
  EXPECT_EQ(std::get<Say>(read_typed(" /lock")).text, " /lock");
  EXPECT_EQ(std::get<Say>(read_typed("//lock me")).text, "/lock me");
  EXPECT_EQ(std::get<Say>(read_typed("a\nb")).text, "a\nb");
}

TEST(ReadTyped, asks_for_nothing_with_a_blank_line) {
  for (const auto* line : {"", "   ", "\t\n"}) EXPECT_TRUE(std::holds_alternative<Nothing>(read_typed(line)));
}

TEST(PromptText, shows_room_lock_connection_and_what_is_unknown) {
  EXPECT_EQ(prompt_text({.room = "lobby"}), "lobby> ");
  EXPECT_EQ(prompt_text({.room = "lobby", .is_locked = true, .held = {37, 0}}), "lobby LOCK 37> ");
  EXPECT_EQ(prompt_text({.room = "lobby", .is_locked = true, .held = {37, 2}}), "lobby LOCK 37 (2 to you)> ");
  EXPECT_EQ(prompt_text({.room = "tea", .link = event::LinkState::lost, .unknown = 3}),
            "tea, offline, 3 unknown> ");
}

}  // namespace
}  // namespace palabre::terminal
