#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <variant>

#include "broker/broker.hpp"
#include "broker/config.hpp"
#include "broker/invitations.hpp"
#include "broker/invite_command.hpp"
#include "broker/maintenance_commands.hpp"
#include "broker/operator_commands.hpp"
#include "broker/threads/named_thread.hpp"

namespace palabre::broker {
namespace {

constexpr int kFailed = 1;
constexpr int kUsage = 2;

// Enough for SQLite and msgpack at their limits, and small enough for a thread per client.
constexpr std::size_t kThreadStackBytes = 512 * 1024;

/// What the program is to do, once its settings are known.
using Command = std::function<int(const Config&)>;

/// What stands behind a command's name on the command line.
struct Arguments {
  std::filesystem::path place;
  std::string name;
  std::string reason;
  std::string key;
};

/// Adds one command to `parent`, which takes the settings, too.
CLI::App& add_command(CLI::App& parent, const char* name, const char* help, Command& command, Command run) {
  auto* added = parent.add_subcommand(name, help)->fallthrough();
  added->callback([&command, run = std::move(run)] { command = run; });
  return *added;
}

/// What an administrator does with a store.
void add_store_commands(CLI::App& app, Command& command, Arguments& arguments) {
  auto& place = arguments.place;
  add_command(app, "check", "Look through the whole store; status 1 when it is damaged", command,
              [](const Config& config) { return check(config.data_dir); });
  add_command(app, "backup", "Copy the store into a new file, even while it is served", command,
              [&place](const Config& config) { return back_up(config.data_dir, place); })
      .add_option("--to", place, "The file to make")
      ->required();
  add_command(app, "restore", "Make a backup the store of a data directory that has none", command,
              [&place](const Config& config) { return restore(config.data_dir, place); })
      .add_option("--from", place, "The backup")
      ->required();
  add_command(app, "repair", "Save what can be saved of a damaged store into a new data directory", command,
              [&place](const Config& config) { return repair(config.data_dir, place); })
      .add_option("--to", place, "The directory to make")
      ->required();
}

CLI::App& taking_name(CLI::App& added, Arguments& arguments) {
  added.add_option("NAME", arguments.name)->required();
  return added;
}

/// Who is registered, and by which key.
void add_identity_commands(CLI::App& parent, Command& command, Arguments& arguments) {
  auto& [place, name, reason, key] = arguments;
  add_command(parent, "list", "Number, name, fingerprint of the key, and who is banned", command,
              [](const Config& config) { return operate(config, Listing{}); });
  auto& add = add_command(parent, "add", "Register a name and its key, whoever may register otherwise",
                          command, [&](const Config& config) {
                            return operate(config, Order(order::Add{name, read_key(key).value_or("")}));
                          });
  auto& rebind = add_command(parent, "rebind", "Give a name another key: the old one was lost", command,
                             [&](const Config& config) {
                               return operate(config, Order(order::Rebind{name, read_key(key).value_or("")}));
                             });
  for (auto* added : {&add, &rebind}) {
    taking_name(*added, arguments).add_option("KEY", key, "As 'palabre keygen' prints it")->required();
  }
}

/// Who may come in. All of it works beside a running broker, and without one.
void add_people_commands(CLI::App& app, Command& command, Arguments& arguments) {
  auto& [place, name, reason, key] = arguments;
  add_command(app, "invite",
              "Print an invitation: what palabre on another machine needs, with a code for one newcomer",
              command, [](const Config& config) { return invite(config); });
  auto& ban = add_command(app, "ban", "End somebody's connections, and let him in no more", command,
                          [&](const Config& config) {
                            return operate(config, Order(order::Ban{name, reason}));
                          });
  taking_name(ban, arguments).add_option("--reason", reason, "What he is told")->type_name("TEXT");
  auto& unban = add_command(app, "unban", "Let somebody in again", command,
                            [&](const Config& config) { return operate(config, Order(order::Unban{name})); });
  taking_name(unban, arguments);
  auto& identity = *app.add_subcommand("identity", "Who is registered: list, add, rebind")->fallthrough();
  identity.require_subcommand(1);
  add_identity_commands(identity, command, arguments);
}

/// Fills the sources and the command from the command line; returns a status when the program is to end at
/// once.
std::optional<int> read_command_line(int argc, char** argv, Sources& sources, Command& command,
                                     Arguments& arguments) {
  CLI::App app("palabred: the broker of a palabre chat. Without a command it serves.", "palabred");
  app.require_subcommand(0, 1);
  add_store_commands(app, command, arguments);
  add_people_commands(app, command, arguments);
  app.set_version_flag("--version", "palabred " PALABRE_VERSION);
  std::map<std::string, std::string> given;
  std::string file;
  for (const auto& key : keys()) {
    const std::string name(key.name);
    auto* option = app.add_option(flag_of(key), given[name], std::string(key.help));
    option->type_name(key.unit.empty() ? "" : std::string(key.unit))->default_str(default_of(key));
  }
  app.add_option("--config", file, "Read this file")->envname("PALABRED_CONFIG");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? EXIT_SUCCESS : kUsage;
  }
  for (const auto& key : keys()) {
    if (app.count(flag_of(key)) > 0) sources.flags[std::string(key.name)] = given[std::string(key.name)];
  }
  if (!file.empty()) sources.file = file;
  sources.environment = process_environment;
  return std::nullopt;
}

void start_log(const std::string& level) {
  spdlog::set_default_logger(spdlog::stderr_logger_mt("palabred"));
  spdlog::set_pattern("palabred: %l: %v");
  spdlog::set_level(spdlog::level::from_str(level));
}

/// Blocks the signals that end us in every thread to come, so that only wait_for_end() sees them.
sigset_t block_end_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

void wait_for_end(const sigset_t& signals) {
  int signal = 0;
  sigwait(&signals, &signal);
}

/// What is on disk is whole, and what is not was promised to nobody: end here, and recover from disk at the
/// next start.
void end_at_once(const std::exception& failure) {
  spdlog::critical("the store failed, ending: {}", failure.what());
  std::_Exit(kFailed);
}

void tell_of_damage(const std::exception& failure) {
  spdlog::error("a client was refused: {} ('palabred check' looks through the whole store)", failure.what());
}

void tell_of_ended(const std::string& address, std::string_view reason, std::size_t ended) {
  spdlog::warn("ended a connection from {}: {} ({} since the last such line)", address, reason, ended);
}

void warn_of_few_descriptors(const Config& config, const Broker& broker) {
  if (broker.clients_allowed() >= config.sessions_max) return;
  spdlog::warn("the limit on open files (ulimit -n) is enough for {} clients, sessions_max is {}",
               broker.clients_allowed(), config.sessions_max);
}

int serve(const Config& config) {
  const auto signals = block_end_signals();
  set_thread_stack_bytes(kThreadStackBytes);
  prepare_for_sleepers(config.sessions_max);
  const Broker broker(config, {end_at_once, tell_of_damage, tell_of_ended});
  warn_of_few_descriptors(config, broker);
  if (is_open_to_network(config)) {
    spdlog::warn(
        "nothing is encrypted: whoever is on the network can read all, and speak in any name he hears");
  }
  const auto invitation = broker.invitation();
  const auto written = invitation ? text_of(*invitation) : "";
  const LocalInvitation left(broker.talk_port(), written);
  std::fprintf(stderr, "palabred: ready talk=%s feed=%s%s%s\n", broker.talk_endpoint().c_str(),
               broker.feed_endpoint().c_str(), written.empty() ? "" : " invitation=", written.c_str());
  wait_for_end(signals);
  spdlog::info("ending");
  return EXIT_SUCCESS;
}

int run(int argc, char** argv) {
  Sources sources;
  Command command = serve;
  Arguments arguments;
  if (const auto status = read_command_line(argc, argv, sources, command, arguments)) return *status;
  const auto config = read_config(sources);
  if (const auto* error = std::get_if<UsageError>(&config)) {
    std::fprintf(stderr, "palabred: %s\n", error->sentence.c_str());
    return kUsage;
  }
  start_log(std::get<Config>(config).log_level);
  try {
    return command(std::get<Config>(config));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "palabred: %s\n", error.what());
    return kFailed;
  }
}

}  // namespace
}  // namespace palabre::broker

int main(int argc, char** argv) { return palabre::broker::run(argc, argv); }
