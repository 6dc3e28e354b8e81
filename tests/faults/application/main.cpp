// Applications for fault runs: each NAME is an identity that lives with the client library and writes a
// journal, JOURNALS/NAME.journal. SIGUSR1: stop posting. SIGTERM: read to the end and go.

#include <pthread.h>
#include <sodium.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "tests/faults/application/member.hpp"

namespace palabre::faults {
namespace {

struct Options {
  std::vector<std::string> names;
  std::vector<std::string> secret_keys;
  std::filesystem::path journals;
  std::size_t refilling = 0;
  MemberOptions each;
};

void describe(CLI::App& app, Options& options) {
  app.add_option("--server", options.each.server, "The talk address, or an invitation")->required();
  app.add_option("--secret-keys", options.secret_keys,
                 "With an invitation: the identities' keys, in their order")
      ->delimiter(',');
  app.add_option("--journals", options.journals, "The folder of the journals")->required();
  app.add_option("--names", options.names, "The identities")->required();
  app.add_option("--people", options.each.people, "All identities there are, here and in other processes")
      ->required();
  app.add_option("--refilling", options.refilling, "So many of them go back in the rooms' past");
  app.add_option("--rate", options.each.posts_per_second, "Posts a second, each");
  app.add_option("--text-bytes", options.each.text_bytes_max, "The longest text")
      ->check(CLI::Range(1, 16'000));
  app.add_option("--life", options.each.life, "Part of every id")->required();
  app.add_option("--seed", options.each.seed);
  app.add_option_function<int>(
      "--patience", [&options](int seconds) { options.each.patience = std::chrono::seconds(seconds); });
}

std::vector<std::unique_ptr<Member>> members_of(const Options& options, const std::atomic<Stage>& stage) {
  std::vector<std::unique_ptr<Member>> members;
  for (const auto& name : options.names) {
    auto own = options.each;
    own.name = name;
    if (!options.secret_keys.empty()) own.secret_key = options.secret_keys.at(members.size());
    own.journal = options.journals / (name + ".journal");
    own.refills = members.size() < options.refilling;
    own.seed = own.seed * 1000 + std::hash<std::string>{}(name) % 1000;
    members.push_back(std::make_unique<Member>(std::move(own), stage));
  }
  return members;
}

int run(const Options& options) {
  sigset_t told;
  sigemptyset(&told);
  sigaddset(&told, SIGUSR1);
  sigaddset(&told, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &told, nullptr);
  std::atomic<Stage> stage = Stage::working;
  const auto members = members_of(options, stage);
  std::vector<std::jthread> threads;
  for (const auto& member : members) threads.emplace_back([&member] { member->run(); });
  for (int signal = 0; stage != Stage::ending;) {
    sigwait(&told, &signal);
    stage = signal == SIGTERM ? Stage::ending : Stage::quiet;
  }
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace palabre::faults

int main(int argc, char** argv) {
  CLI::App app("applications that write down what they do and are told");
  palabre::faults::Options options;
  palabre::faults::describe(app, options);
  CLI11_PARSE(app, argc, argv);
  return sodium_init() < 0 ? EXIT_FAILURE : palabre::faults::run(options);
}
