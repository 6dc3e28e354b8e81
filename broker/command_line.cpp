#include "broker/command_line.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "broker/config_keys.hpp"
#include "broker/exit_status.hpp"
#include "broker/invite_command.hpp"
#include "broker/maintenance_commands.hpp"
#include "broker/operator_commands.hpp"

namespace palabre::broker {
namespace {

using Action = std::function<int(const Config&)>;

/// What may stand behind a command's name.
struct Arguments {
  std::filesystem::path place;
  std::string name;
  std::string reason;
  std::string key;
  std::string next;
};
/// Shared by the parser, which fills it, and the commands, which run later.
using SharedArguments = std::shared_ptr<Arguments>;

/// Adds one command to `parent`, which takes the settings, too, and makes it the chosen one when it is given.
CLI::App& add_command(CLI::App& parent, const char* name, const char* help, Action& chosen, Action run) {
  auto* added = parent.add_subcommand(name, help)->fallthrough();
  added->callback([&chosen, run = std::move(run)] { chosen = run; });
  return *added;
}

/// What an administrator does with a store.
void add_store_commands(CLI::App& app, Action& chosen, const SharedArguments& arguments) {
  auto& place = arguments->place;
  add_command(app, "check", "Look through the whole store; status 1 when it is damaged", chosen,
              [](const Config& config) { return check(config.data_dir); });
  add_command(app, "backup", "Copy the store into a new file, even while it is served", chosen,
              [arguments](const Config& config) { return back_up(config.data_dir, arguments->place); })
      .add_option("--to", place, "The file to make")
      ->required();
  add_command(app, "restore", "Make a backup the store of a data directory that has none", chosen,
              [arguments](const Config& config) { return restore(config.data_dir, arguments->place); })
      .add_option("--from", place, "The backup")
      ->required();
  add_command(app, "repair", "Save what can be saved of a damaged store into a new data directory", chosen,
              [arguments](const Config& config) { return repair(config.data_dir, arguments->place); })
      .add_option("--to", place, "The directory to make")
      ->required();
}

/// One key in 64 begins with a dash and looks like an option, so CLI11 is shown it behind this.
constexpr char kKeyMark = ':';

/// The command line as CLI11 wants it, the last word first.
std::vector<std::string> words_of(int argc, char** argv) {
  std::vector<std::string> words(std::make_reverse_iterator(argv + argc),
                                 std::make_reverse_iterator(argv + 1));
  for (auto& word : words) {
    if (word.starts_with('-') && read_key(word)) word.insert(word.begin(), kKeyMark);
  }
  return words;
}

/// Empty when it is none.
CurveKey key_in(const std::string& word) {
  return read_key(word.starts_with(kKeyMark) ? word.substr(1) : word).value_or("");
}

CLI::App& taking_name(CLI::App& added, Arguments& arguments) {
  added.add_option("NAME", arguments.name)->required()->type_name("");
  return added;
}

/// Who is registered, and by which key.
void add_identity_commands(CLI::App& identity, Action& chosen, const SharedArguments& arguments) {
  add_command(identity, "list", "Number, name, fingerprint of the key, and who is banned", chosen,
              [](const Config& config) { return operate(config, Listing{}); });
  auto& add =
      add_command(identity, "add", "Register a name and its key, whoever may register otherwise", chosen,
                  [arguments](const Config& config) {
                    return operate(config, Order(order::Add{arguments->name, key_in(arguments->key)}));
                  });
  auto& rebind =
      add_command(identity, "rebind", "Give a name another key: the old one was lost", chosen,
                  [arguments](const Config& config) {
                    return operate(config, Order(order::Rebind{arguments->name, key_in(arguments->key)}));
                  });
  for (auto* added : {&add, &rebind}) {
    auto* key = taking_name(*added, *arguments).add_option("KEY", arguments->key);
    key->description("As 'palabre keygen' prints it")->required()->type_name("");
  }
  auto& rename = add_command(identity, "rename", "Give somebody another name; number, key and rooms stay",
                             chosen, [arguments](const Config& config) {
                               return operate(config, Order(order::Rename{arguments->name, arguments->next}));
                             });
  taking_name(rename, *arguments).add_option("NEW", arguments->next)->required()->type_name("");
}

/// Who may come in. All of it works beside a running broker, and without one.
void add_people_commands(CLI::App& app, Action& chosen, const SharedArguments& arguments) {
  add_command(app, "invite",
              "Print an invitation: what palabre on another machine needs, and with registration \"invite\" "
              "a newcomer",
              chosen, [](const Config& config) { return invite(config); });
  auto& ban = add_command(app, "ban", "End somebody's connections, and let him in no more", chosen,
                          [arguments](const Config& config) {
                            return operate(config, Order(order::Ban{arguments->name, arguments->reason}));
                          });
  taking_name(ban, *arguments).add_option("--reason", arguments->reason, "What he is told");
  auto& unban = add_command(app, "unban", "Let somebody in again", chosen, [arguments](const Config& config) {
    return operate(config, Order(order::Unban{arguments->name}));
  });
  taking_name(unban, *arguments);
  auto& identity =
      *app.add_subcommand("identity", "Who is registered: list, add, rebind, rename")->fallthrough();
  identity.require_subcommand(1);
  add_identity_commands(identity, chosen, arguments);
}

}  // namespace

std::variant<CommandLine, int> read_command_line(int argc, char** argv) {
  CommandLine line;
  CLI::App app("palabred: the broker of a palabre chat. Without a command it serves.", "palabred");
  app.require_subcommand(0, 1);
  const auto arguments = std::make_shared<Arguments>();
  add_store_commands(app, line.command, arguments);
  add_people_commands(app, line.command, arguments);
  app.set_version_flag("--version", "palabred " PALABRE_VERSION);
  std::map<std::string, std::string> given;
  std::string file;
  for (const auto& key : keys()) {
    auto* option = app.add_option(flag_of(key), given[std::string(key.name)], std::string(key.help));
    option->type_name(key.unit.empty() ? "" : std::string(key.unit))->default_str(default_of(key));
  }
  app.add_option("--config", file, "Read this file")->envname("PALABRED_CONFIG");
  try {
    app.parse(words_of(argc, argv));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? EXIT_SUCCESS : kUsage;
  }
  for (const auto& key : keys()) {
    const std::string name(key.name);
    if (app.count(flag_of(key)) > 0) line.sources.flags[name] = given[name];
  }
  if (!file.empty()) line.sources.file = file;
  line.sources.environment = process_environment;
  return line;
}

}  // namespace palabre::broker
