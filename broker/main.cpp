#include <fmt/format.h>
#include <malloc.h>

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
#include "broker/exit_status.hpp"
#include "broker/invitations.hpp"
#include "broker/log.hpp"
#include "broker/threads/named_thread.hpp"
#include "broker/transport/context.hpp"
#include "broker/wall_clock.hpp"

namespace palabre::broker {
namespace {

// Enough for SQLite and msgpack at their limits, and small enough for a thread per client.
constexpr std::size_t kThreadStackBytes = 512 * 1024;

// A longest request is allocated like any other block, and of what such ones leave so much is kept in each
// arena: else the kernel clears the same pages anew for each of them. The guard has it given back in the end.
constexpr int kMappedFrom = 1024 * 1024;
constexpr int kKeptAtEnd = 2 * 1024 * 1024;

void have_malloc_keep_some() {
  ::mallopt(M_MMAP_THRESHOLD, kMappedFrom);
  ::mallopt(M_TRIM_THRESHOLD, kKeptAtEnd);
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
void end_at_once(Log& log, const std::exception& failure) {
  log.write({LogLevel::critical,
             "store_failed",
             fmt::format("the store failed, ending: {}", failure.what()),
             {{"reason", failure.what()}}});
  std::_Exit(kFailed);
}

void tell_of_damage(Log& log, const std::exception& failure) {
  log.write({LogLevel::error,
             "store_damaged",
             fmt::format("a client was refused: {} ('palabred check' looks through the whole store)",
                         failure.what()),
             {{"reason", failure.what()}}});
}

void tell_of_ended(Log& log, const std::string& address, std::string_view reason, std::size_t ended) {
  log.write(
      {LogLevel::warning,
       "connection_ended",
       fmt::format("ended a connection from {}: {} ({} since the last such line)", address, reason, ended),
       {{"address", address}, {"reason", std::string(reason)}, {"count", ended}}});
}

void tell_of_memory(Log& log, bool is_short, std::uint64_t resident_bytes) {
  constexpr std::uint64_t kMebibyte = 1024 * 1024;
  const auto mebibytes = resident_bytes / kMebibyte;
  if (is_short) {
    log.write(
        {LogLevel::warning,
         "memory_short",
         fmt::format("{} MiB of memory, more than it may: newcomers, posts and reads of history are told "
                     "to wait",
                     mebibytes),
         {{"mebibytes", mebibytes}}});
  } else {
    log.write({LogLevel::info,
               "memory_ample",
               fmt::format("{} MiB of memory: all are served again", mebibytes),
               {{"mebibytes", mebibytes}}});
  }
}

Broker::Watch watch_of(Log& log) {
  return {
      [&log](const std::exception& failure) { end_at_once(log, failure); },
      [&log](const std::exception& failure) { tell_of_damage(log, failure); },
      [&log](const std::string& address, std::string_view reason, std::size_t ended) {
        tell_of_ended(log, address, reason, ended);
      },
      [&log](bool is_short, std::uint64_t resident_bytes) { tell_of_memory(log, is_short, resident_bytes); }};
}

void warn_of_few_descriptors(Log& log, const Config& config) {
  const auto allowed = clients_allowed();
  if (allowed >= config.sessions_max) return;
  log.write({LogLevel::warning,
             "few_descriptors",
             fmt::format("the limit on open files (ulimit -n) is enough for {} clients, sessions_max is {}",
                         allowed, config.sessions_max),
             {{"clients", allowed}, {"sessions_max", config.sessions_max}}});
}

void warn_of_open_network(Log& log, const Config& config) {
  if (!is_open_to_network(config)) return;
  log.write({LogLevel::warning,
             "not_encrypted",
             "nothing is encrypted: whoever is on the network can read all, and speak in any name he hears",
             {{"bind", config.bind}}});
}

int serve(const Config& config, Log& log) {
  const auto signals = block_end_signals();
  set_thread_stack_bytes(kThreadStackBytes);
  prepare_for_sleepers(config.sessions_max);
  have_malloc_keep_some();
  const Broker broker(config, watch_of(log));
  warn_of_few_descriptors(log, config);
  warn_of_open_network(log, config);
  const auto invitation = broker.invitation();
  const auto written = invitation ? text_of(*invitation) : "";
  const LocalInvitation left(broker.talk_port(), written);
  std::fprintf(stderr, "palabred: ready talk=%s feed=%s%s%s\n", broker.talk_endpoint().c_str(),
               broker.feed_endpoint().c_str(), written.empty() ? "" : " invitation=", written.c_str());
  wait_for_end(signals);
  log.write({LogLevel::info, "ending", "ending"});
  return EXIT_SUCCESS;
}

/// What a person typed is answered in a sentence; who serves says it where the log is read.
void tell_of_failure(Log& log, bool is_serving, const std::exception& failure) {
  if (is_serving && log.is_json()) {
    log.write({LogLevel::critical, "start_failed", failure.what()});
  } else {
    std::fprintf(stderr, "palabred: %s\n", failure.what());
  }
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
  const auto& settings = std::get<Config>(config);
  Log log(settings.log_format, settings.log_level, wall_clock);
  try {
    return command ? command(settings) : serve(settings, log);
  } catch (const std::exception& error) {
    tell_of_failure(log, !command, error);
    return kFailed;
  }
}

}  // namespace
}  // namespace palabre::broker

int main(int argc, char** argv) { return palabre::broker::run(argc, argv); }
