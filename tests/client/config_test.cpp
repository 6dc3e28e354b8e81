#include "client/config.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <regex>

#include "tests/support/temporary_directory.hpp"

namespace palabre {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

ClientSources sources(std::map<std::string, std::string> variables = {}) {
  return {.flags = {},
          .environment = [variables](const std::string& name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            if (found == variables.end()) return std::nullopt;
            return found->second;
          },
          .file = {},
          .profile = {}};
}

ClientConfig config_from(const ClientSources& from) {
  auto result = read_client_config(from);
  if (const auto* error = std::get_if<ClientUsageError>(&result)) {
    ADD_FAILURE() << error->sentence;
    return {};
  }
  return std::get<ClientConfig>(result);
}

std::string sentence_from_file(const std::string& content, std::optional<std::string> profile = {}) {
  const TemporaryFile file(content);
  auto all = sources();
  all.file = file.path();
  all.profile = std::move(profile);
  auto result = read_client_config(all);
  if (const auto* error = std::get_if<ClientUsageError>(&result)) return error->sentence;
  return "(accepted)";
}

TEST(ClientConfig, has_the_local_broker_and_the_lobby_by_default) {
  const auto config = config_from(sources());
  EXPECT_EQ(config.server, "tcp://127.0.0.1:8420");
  EXPECT_EQ(config.name, "");
  EXPECT_EQ(config.room, "lobby");
  EXPECT_EQ(config.history, 20U);
}

TEST(ClientConfig, prefers_flag_to_environment_to_profile_to_file_to_default) {
  const TemporaryFile file(
      "server = \"file\"\nname = \"file\"\nroom = \"file\"\nhistory = 1\n"
      "[profile.work]\nserver = \"profile\"\nname = \"profile\"\nroom = \"profile\"\n");
  auto all = sources({{"PALABRE_SERVER", "environment"}, {"PALABRE_NAME", "environment"}});
  all.file = file.path();
  all.profile = "work";
  all.flags = {{"server", "flag"}};
  const auto config = config_from(all);
  EXPECT_EQ(config.server, "flag");
  EXPECT_EQ(config.name, "environment");
  EXPECT_EQ(config.room, "profile");
  EXPECT_EQ(config.history, 1U);
}

TEST(ClientConfig, leaves_profiles_alone_that_were_not_chosen) {
  EXPECT_EQ(sentence_from_file("[profile.work]\nroom = \"ops\"\n"), "(accepted)");
  EXPECT_THAT(sentence_from_file("[profile.work]\nromm = \"ops\"\n"), EndsWith(":2:1: unknown key romm"));
}

TEST(ClientConfig, names_the_place_of_what_it_refuses) {
  EXPECT_THAT(sentence_from_file("room = \"lobby\"\nservre = \"x\"\n"), EndsWith(":2:1: unknown key servre"));
  EXPECT_THAT(sentence_from_file("history = \"many\"\n"), HasSubstr(":1:11: history must be a whole number"));
  EXPECT_THAT(sentence_from_file("history = 1001\n"), HasSubstr("0 to 1000"));
  EXPECT_THAT(sentence_from_file("history = -1\n"), HasSubstr("0 to 1000"));
  EXPECT_THAT(sentence_from_file("room = \"BAD\"\n"), HasSubstr("room must be"));
  EXPECT_THAT(sentence_from_file("name = 3\n"), HasSubstr("name must be a text in quotes"));
  EXPECT_THAT(sentence_from_file("name = \n"), HasSubstr(".toml:1:"));
  EXPECT_THAT(sentence_from_file("profile = 3\n"), HasSubstr("[profile.NAME]"));
  EXPECT_THAT(sentence_from_file("", "work"), HasSubstr("[profile.work]"));
}

TEST(ClientConfig, says_which_file_cannot_be_read) {
  auto all = sources();
  all.file = "/nowhere/palabre.toml";
  const auto result = read_client_config(all);
  ASSERT_TRUE(std::holds_alternative<ClientUsageError>(result));
  EXPECT_THAT(std::get<ClientUsageError>(result).sentence, HasSubstr("/nowhere/palabre.toml"));
}

TEST(ClientConfig, its_file_and_its_key_table_are_equal) {
  std::ifstream file(PALABRE_SOURCE_DIR "/conf/palabre.toml");
  ASSERT_TRUE(file);
  const std::regex assignment("#([a-z_]+) = \"?([^\"]*)\"?");
  std::string help;
  std::string unit;
  auto key = client_keys().begin();
  for (std::string line; std::getline(file, line) && key != client_keys().end();) {
    std::smatch match;
    if (!std::regex_match(line, match, assignment)) {
      unit = line;
      if (line.size() > 10) help = line;
      continue;
    }
    EXPECT_EQ(match[1].str(), key->name);
    EXPECT_EQ(match[2].str(), key->default_value) << key->name;
    EXPECT_EQ(help, "# " + std::string(key->help));
    const auto above = key->unit.empty() ? "# " + std::string(key->help) : "# " + std::string(key->unit);
    EXPECT_EQ(unit, above);
    ++key;
  }
  EXPECT_EQ(key, client_keys().end()) << "a key is missing in conf/palabre.toml";
}

}  // namespace
}  // namespace palabre
