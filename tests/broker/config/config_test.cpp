#include "broker/config.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>

#include "broker/config_keys.hpp"
#include "schema/limits.hpp"
#include "tests/support/temporary_directory.hpp"

namespace palabre::broker {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

using Variables = std::map<std::string, std::string>;

Sources sources(Variables variables = {}) {
  variables.try_emplace("HOME", "/home/alice");
  return {.flags = {},
          .environment = [variables](const std::string& name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            if (found == variables.end()) return std::nullopt;
            return found->second;
          },
          .file = {}};
}

Sources sources_with_flags(std::map<std::string, std::string, std::less<>> flags) {
  auto all = sources();
  all.flags = std::move(flags);
  return all;
}

Config config_from(const Sources& from) {
  auto result = read_config(from);
  if (const auto* error = std::get_if<UsageError>(&result)) {
    ADD_FAILURE() << error->sentence;
    return {};
  }
  return std::get<Config>(result);
}

std::string sentence_from(const Sources& from) {
  auto result = read_config(from);
  if (const auto* error = std::get_if<UsageError>(&result)) return error->sentence;
  return "(accepted)";
}

std::string sentence_from_file(const std::string& content) {
  const TemporaryFile file(content);
  auto all = sources();
  all.file = file.path();
  return sentence_from(all);
}

TEST(Config, has_the_protocols_ports_and_a_loopback_address_by_default) {
  const auto config = config_from(sources());
  EXPECT_EQ(config.talk_port, limits::kDefaultTalkPort);
  EXPECT_EQ(config.feed_port, limits::kDefaultFeedPort);
  EXPECT_EQ(config.bind, "127.0.0.1");
  EXPECT_EQ(config.durability, Durability::disk);
  EXPECT_EQ(config.log_level, "info");
}

TEST(Config, prefers_flag_to_environment_to_file_to_default) {
  const TemporaryFile file("mailbox = 10\nreaders = 10\nheartbeat_ms = 5000\n");
  auto all = sources({{"PALABRED_MAILBOX", "20"}, {"PALABRED_READERS", "20"}});
  all.file = file.path();
  all.flags = {{"mailbox", "30"}};
  const auto config = config_from(all);
  EXPECT_EQ(config.mailbox, 30U);
  EXPECT_EQ(config.readers, 20U);
  EXPECT_EQ(config.heartbeat_ms, 5000U);
  EXPECT_EQ(config.recorder_queue, 8192U);
}

TEST(Config, reads_every_key_from_flag_environment_and_file) {
  for (const auto& key : keys()) {
    const bool is_number = std::holds_alternative<WholeNumber>(key.kind);
    const auto wrong = is_number ? std::string("many") : std::string("\x01");
    const auto* word = std::get_if<Word>(&key.kind);
    if (word != nullptr && word->choices.empty() && key.name != "bind") continue;  // data_dir takes any text
    const std::string name(key.name);
    EXPECT_THAT(sentence_from(sources_with_flags({{name, wrong}})), HasSubstr(name)) << "flag";
    EXPECT_THAT(sentence_from(sources({{environment_of(key), wrong}})), HasSubstr(name)) << "environment";
    EXPECT_THAT(sentence_from_file(name + " = \"\\u0001\"\n"), HasSubstr(name)) << "file";
  }
}

TEST(Config, keeps_the_matrix_under_the_users_state_directory_by_default) {
  EXPECT_EQ(config_from(sources()).data_dir, "/home/alice/.local/state/palabre");
  EXPECT_EQ(config_from(sources({{"XDG_STATE_HOME", "/state"}})).data_dir, "/state/palabre");
  EXPECT_EQ(config_from(sources({{"PALABRED_DATA_DIR", "/srv/chat"}})).data_dir, "/srv/chat");
}

TEST(Config, asks_for_a_data_directory_where_nothing_says_which) {
  auto bare = sources();
  bare.environment = [](const std::string&) { return std::nullopt; };
  EXPECT_THAT(sentence_from(bare), StartsWith("data_dir must be given"));
}

TEST(Config, refuses_an_unknown_key_with_line_and_column) {
  EXPECT_THAT(sentence_from_file("mailbox = 10\n  talk_prt = 1\n"),
              HasSubstr(".toml:2:3: unknown key talk_prt"));
  EXPECT_THAT(sentence_from_file("[network]\ntalk_port = 1\n"), HasSubstr("unknown key network"));
}

TEST(Config, names_line_and_column_of_a_wrong_value_and_of_bad_syntax) {
  EXPECT_THAT(sentence_from_file("readers = 4\nmailbox = 0\n"),
              HasSubstr(".toml:2:11: mailbox must be a whole number from 1 to 65536"));
  EXPECT_THAT(sentence_from_file("readers = 4\nmailbox = \"many\"\n"),
              HasSubstr(".toml:2:11: mailbox must be"));
  EXPECT_THAT(sentence_from_file("bind = 12\n"), HasSubstr(".toml:1:8: bind must be a text in quotes"));
  EXPECT_THAT(sentence_from_file("readers = = 4\n"), HasSubstr(".toml:1:"));
}

TEST(Config, says_which_file_it_cannot_read) {
  auto all = sources();
  all.file = "/nowhere/palabred.toml";
  EXPECT_EQ(sentence_from(all), "cannot read the configuration file /nowhere/palabred.toml");
  all.file = testing::TempDir();
  EXPECT_THAT(sentence_from(all), StartsWith("cannot read the configuration file"));
}

TEST(Config, takes_an_empty_file) { EXPECT_EQ(sentence_from_file(""), "(accepted)"); }

TEST(Config, names_the_key_and_its_range_for_each_number) {
  for (const auto& key : keys()) {
    const auto* range = std::get_if<WholeNumber>(&key.kind);
    if (range == nullptr) continue;
    const std::string name(key.name);
    for (const auto& wrong : {std::to_string(range->most + 1), std::string("-1"), std::string("12x")}) {
      EXPECT_EQ(sentence_from(sources_with_flags({{name, wrong}})),
                flag_of(key) + ": " + name + " must be a whole number from " + std::to_string(range->least) +
                    " to " + std::to_string(range->most));
    }
  }
}

TEST(Config, names_the_choices_of_a_word) {
  EXPECT_EQ(sentence_from(sources({{"PALABRED_DURABILITY", "paper"}})),
            "PALABRED_DURABILITY: durability must be \"disk\" or \"memory\"");
}

TEST(Config, encrypts_unless_told_in_so_many_words_not_to) {
  for (const auto* address : {"127.0.0.1", "0.0.0.0", "192.168.1.10", "::"}) {
    EXPECT_EQ(config_from(sources_with_flags({{"bind", address}})).security, Security::curve) << address;
  }
  EXPECT_EQ(config_from(sources_with_flags({{"security", "open"}})).security, Security::open);
  EXPECT_EQ(sentence_from_file("bind = \"0.0.0.0\"\nsecurity = \"open\"\n"), "(accepted)");
}

TEST(Config, knows_when_other_machines_can_reach_what_is_not_encrypted) {
  const auto is_open = [](const char* address, const char* security) {
    return is_open_to_network(config_from(sources_with_flags({{"bind", address}, {"security", security}})));
  };
  EXPECT_TRUE(is_open("0.0.0.0", "open"));
  EXPECT_TRUE(is_open("192.168.1.10", "open"));
  EXPECT_FALSE(is_open("127.0.0.1", "open"));
  EXPECT_FALSE(is_open("0.0.0.0", "curve"));
}

TEST(Config, takes_any_loopback_address_without_asking) {
  for (const auto* address : {"127.0.0.1", "127.8.8.8", "::1"}) {
    EXPECT_EQ(config_from(sources_with_flags({{"bind", address}})).bind, address);
  }
}

TEST(Config, refuses_an_address_that_is_none) {
  for (const auto* address : {"", "*", "localhost", "127.0.0.1:8420", "[::1]", "1.2.3"}) {
    EXPECT_THAT(sentence_from(sources_with_flags({{"bind", address}, {"security", "open"}})),
                HasSubstr("bind must be a numeric address"))
        << address;
  }
}

TEST(Config, invites_only_where_there_are_keys) {
  EXPECT_THAT(sentence_from(sources_with_flags({{"registration", "invite"}, {"security", "open"}})),
              HasSubstr("security = \"curve\""));
  EXPECT_EQ(config_from(sources_with_flags({{"registration", "invite"}})).registration, Registration::invite);
}

TEST(Config, refuses_one_port_for_both_unless_both_are_free_ones) {
  EXPECT_EQ(sentence_from(sources_with_flags({{"talk_port", "9000"}, {"feed_port", "9000"}})),
            "talk_port and feed_port must differ");
  EXPECT_EQ(config_from(sources_with_flags({{"talk_port", "0"}, {"feed_port", "0"}})).talk_port, 0);
}

TEST(Config, spells_flags_and_variables_from_the_key) {
  EXPECT_EQ(flag_of(keys()[2]), "--talk-port");
  EXPECT_EQ(environment_of(keys()[2]), "PALABRED_TALK_PORT");
}

/// conf/palabred.toml has every key commented out with its default, under a line of help.
class ReferenceFile : public testing::Test {
 protected:
  ReferenceFile() {
    std::ifstream stream(std::string(PALABRE_SOURCE_DIR) + "/conf/palabred.toml");
    content_.assign(std::istreambuf_iterator<char>(stream), {});
  }
  std::string content_;
};

/// `# help`, for a number `# least to most unit`, then `#key = default`.
std::string block_of(const Key& key) {
  auto block = "\n# " + std::string(key.help) + "\n";
  const auto* range = std::get_if<WholeNumber>(&key.kind);
  if (range != nullptr) {
    block += "# " + std::to_string(range->least) + " to " + std::to_string(range->most);
    block += (key.unit.empty() ? "" : " ") + std::string(key.unit) + "\n";
  }
  const auto quote = range != nullptr ? "" : "\"";
  return block + "#" + std::string(key.name) + " = " + quote + default_of(key) + quote + "\n";
}

TEST_F(ReferenceFile, describes_each_key_of_the_table_with_default_range_and_unit) {
  for (const auto& key : keys()) EXPECT_THAT(content_, HasSubstr(block_of(key)));
}

TEST_F(ReferenceFile, has_no_key_that_the_table_does_not_know) {
  const std::regex line("(^|\n)#([a-z_]+) =");
  std::set<std::string> found;
  for (std::sregex_iterator each(content_.begin(), content_.end(), line), end; each != end; ++each) {
    EXPECT_TRUE(found.insert((*each)[2]).second) << (*each)[2] << " is there twice";
  }
  std::set<std::string> expected;
  for (const auto& key : keys()) expected.insert(std::string(key.name));
  EXPECT_EQ(found, expected);
}

TEST_F(ReferenceFile, is_accepted_with_every_key_switched_on) {
  const auto switched_on = std::regex_replace(content_, std::regex("(^|\n)#([a-z_]+ =)"), "$1$2");
  ASSERT_NE(switched_on, content_);
  EXPECT_EQ(sentence_from_file(switched_on), "(accepted)");
}

}  // namespace
}  // namespace palabre::broker
