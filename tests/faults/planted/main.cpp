// palabred with a bug: planted_palabred --bug drop --every 10000 and palabred's own flags. For tests of the
// checker. Without a bug but with --log-pages 64 it copies its log into the database sooner than palabred
// does, so that a short script sees that, too.

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <string>
#include <variant>

#include "broker/broker.hpp"
#include "broker/config_keys.hpp"
#include "broker/journal/data_directory.hpp"
#include "broker/journal/sqlite_archive.hpp"
#include "broker/journal/sqlite_journal.hpp"
#include "tests/faults/planted/planted_archive.hpp"
#include "tests/faults/planted/planted_journal.hpp"

namespace palabre::faults {
namespace {

const std::map<std::string, Bug> kBugs{
    {"drop", Bug::drop},   {"swap", Bug::swap},     {"repeat", Bug::repeat},
    {"early", Bug::early}, {"forget", Bug::forget}, {"skip", Bug::skip},
    {"stray", Bug::stray}, {"admit", Bug::admit},   {"pardon", Bug::pardon}};

struct Options {
  Plan plan;
  int log_pages = broker::JournalOptions{}.log_pages;
  broker::Sources sources{{}, broker::process_environment, {}};
};

void describe(CLI::App& app, Options& options) {
  app.add_option("--bug", options.plan.bug)->transform(CLI::CheckedTransformer(kBugs));
  app.add_option("--every", options.plan.every);
  app.add_option("--log-pages", options.log_pages);
  for (const auto& key : broker::keys()) {
    app.add_option_function<std::string>(broker::flag_of(key), [&options, &key](const std::string& value) {
      options.sources.flags[std::string(key.name)] = value;
    });
  }
}

broker::Store open_planted(const Options& options, const broker::DataDirectory& directory,
                           const broker::Config& config) {
  const auto plan = options.plan;
  auto journal = broker::open_journal(directory, {config.durability, 0, options.log_pages});
  auto archive = broker::open_archive(directory, config.readers + 1);
  if (plan.bug == Bug::none) return {std::move(journal), std::move(archive)};
  if (plan.bug == Bug::skip || plan.bug == Bug::stray) {
    archive = std::make_unique<PlantedArchive>(std::move(archive), plan);
  }
  return {std::make_unique<PlantedJournal>(std::move(journal), plan), std::move(archive)};
}

sigset_t block_end_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

int serve(const broker::Config& config, const Options& options) {
  const auto signals = block_end_signals();
  const broker::Broker broker(
      config,
      {[](const std::exception& failure) {
         std::fprintf(stderr, "palabred: %s\n", failure.what());
         std::_Exit(EXIT_FAILURE);
       },
       [](const std::exception& failure) { std::fprintf(stderr, "palabred: %s\n", failure.what()); },
       {}},
      [&options](const auto& directory, const auto& read) { return open_planted(options, directory, read); });
  std::fprintf(stderr, "palabred: ready talk=%s feed=%s\n", broker.talk_endpoint().c_str(),
               broker.feed_endpoint().c_str());
  int signal = 0;
  sigwait(&signals, &signal);
  return EXIT_SUCCESS;
}

int run(const Options& options) {
  const auto config = broker::read_config(options.sources);
  try {
    return serve(std::get<broker::Config>(config), options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "palabred: %s\n", error.what());
    return EXIT_FAILURE;
  }
}

}  // namespace
}  // namespace palabre::faults

int main(int argc, char** argv) {
  CLI::App app("palabred with a bug planted in it");
  palabre::faults::Options options;
  palabre::faults::describe(app, options);
  CLI11_PARSE(app, argc, argv);
  return palabre::faults::run(options);
}
