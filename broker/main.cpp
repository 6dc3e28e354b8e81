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
#include <variant>

#include "broker/broker.hpp"
#include "broker/config.hpp"
#include "broker/invitations.hpp"
#include "broker/invite_command.hpp"
#include "broker/maintenance_commands.hpp"
#include "broker/threads/named_thread.hpp"

namespace palabre::broker {
namespace {

constexpr int kFailed = 1;
constexpr int kUsage = 2;

// Enough for SQLite and msgpack at their limits, and small enough for a thread per client.
constexpr std::size_t kThreadStackBytes = 512 * 1024;

/// What the program is to do, once its settings are known.
using Command = std::function<int(const Config&)>;

/// Adds the commands beside serving, all of which take the settings, too.
void add_commands(CLI::App& app, Command& command, std::filesystem::path& place) {
  const auto add = [&](const char* name, const char* help, Command run) {
    auto* added = app.add_subcommand(name, help)->fallthrough();
    added->callback([&command, run] { command = run; });
    return added;
  };
  app.require_subcommand(0, 1);
  add("check", "Look through the whole store; status 1 when it is damaged",
      [](const Config& config) { return check(config.data_dir); });
  add("backup", "Copy the store into a new file, even while it is served",
      [&place](const Config& config) { return back_up(config.data_dir, place); })
      ->add_option("--to", place, "The file to make")
      ->required();
  add("restore", "Make a backup the store of a data directory that has none",
      [&place](const Config& config) { return restore(config.data_dir, place); })
      ->add_option("--from", place, "The backup")
      ->required();
  add("invite", "Print an invitation: what palabre on another machine needs, with a code for one newcomer",
      [](const Config& config) { return invite(config); });
  add("repair", "Save what can be saved of a damaged store into a new data directory",
      [&place](const Config& config) { return repair(config.data_dir, place); })
      ->add_option("--to", place, "The directory to make")
      ->required();
}

/// Fills the sources and the command from the command line; returns a status when the program is to end at
/// once.
std::optional<int> read_command_line(int argc, char** argv, Sources& sources, Command& command,
                                     std::filesystem::path& place) {
  CLI::App app("palabred: the broker of a palabre chat. Without a command it serves.", "palabred");
  add_commands(app, command, place);
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
  std::filesystem::path place;
  if (const auto status = read_command_line(argc, argv, sources, command, place)) return *status;
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
