#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <string>
#include <variant>

#include "broker/broker.hpp"
#include "broker/config.hpp"
#include "broker/threads/named_thread.hpp"

namespace palabre::broker {
namespace {

constexpr int kFailed = 1;
constexpr int kUsage = 2;

// Enough for SQLite and msgpack at their limits, and small enough for a thread per client.
constexpr std::size_t kThreadStackBytes = 512 * 1024;

/// Fills the sources from the command line; returns a status when the program is to end at once.
std::optional<int> read_command_line(int argc, char** argv, Sources& sources) {
  CLI::App app("palabred: the broker of a palabre chat", "palabred");
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

void warn_of_few_descriptors(const Config& config, const Broker& broker) {
  if (broker.clients_allowed() >= config.sessions_max) return;
  spdlog::warn("the limit on open files (ulimit -n) is enough for {} clients, sessions_max is {}",
               broker.clients_allowed(), config.sessions_max);
}

void serve(const Config& config) {
  const auto signals = block_end_signals();
  set_thread_stack_bytes(kThreadStackBytes);
  prepare_for_sleepers(config.sessions_max);
  const Broker broker(config, end_at_once);
  warn_of_few_descriptors(config, broker);
  std::fprintf(stderr, "palabred: ready talk=%s feed=%s\n", broker.talk_endpoint().c_str(),
               broker.feed_endpoint().c_str());
  wait_for_end(signals);
  spdlog::info("ending");
}

int run(int argc, char** argv) {
  Sources sources;
  if (const auto status = read_command_line(argc, argv, sources)) return *status;
  const auto config = read_config(sources);
  if (const auto* error = std::get_if<UsageError>(&config)) {
    std::fprintf(stderr, "palabred: %s\n", error->sentence.c_str());
    return kUsage;
  }
  start_log(std::get<Config>(config).log_level);
  try {
    serve(std::get<Config>(config));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "palabred: %s\n", error.what());
    return kFailed;
  }
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace palabre::broker

int main(int argc, char** argv) { return palabre::broker::run(argc, argv); }
