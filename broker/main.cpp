#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <variant>

#include "broker/broker.hpp"
#include "broker/command_line.hpp"
#include "broker/config.hpp"
#include "broker/invitations.hpp"
#include "broker/threads/named_thread.hpp"

namespace palabre::broker {
namespace {

constexpr int kFailed = 1;
constexpr int kUsage = 2;

// Enough for SQLite and msgpack at their limits, and small enough for a thread per client.
constexpr std::size_t kThreadStackBytes = 512 * 1024;

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

void tell_of_memory(bool is_short, std::uint64_t resident_bytes) {
  constexpr std::uint64_t kMebibyte = 1024 * 1024;
  if (is_short) {
    spdlog::warn("{} MiB of memory, more than it may: newcomers, posts and reads of history are told to wait",
                 resident_bytes / kMebibyte);
  } else {
    spdlog::info("{} MiB of memory: all are served again", resident_bytes / kMebibyte);
  }
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
  const Broker broker(config, {end_at_once, tell_of_damage, tell_of_ended, tell_of_memory});
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
  const auto line = read_command_line(argc, argv);
  if (const auto* status = std::get_if<int>(&line)) return *status;
  const auto& [sources, command] = std::get<CommandLine>(line);
  const auto config = read_config(sources);
  if (const auto* error = std::get_if<UsageError>(&config)) {
    std::fprintf(stderr, "palabred: %s\n", error->sentence.c_str());
    return kUsage;
  }
  start_log(std::get<Config>(config).log_level);
  try {
    return command ? command(std::get<Config>(config)) : serve(std::get<Config>(config));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "palabred: %s\n", error.what());
    return kFailed;
  }
}

}  // namespace
}  // namespace palabre::broker

int main(int argc, char** argv) { return palabre::broker::run(argc, argv); }
