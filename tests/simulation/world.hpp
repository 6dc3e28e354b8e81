#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/feed_network.hpp"
#include "tests/simulation/model_broker.hpp"
#include "tests/simulation/model_client.hpp"
#include "tests/simulation/surroundings.hpp"
#include "tests/simulation/talk_network.hpp"
#include "tests/support/memory_journal.hpp"

namespace palabre::broker::simulation {

/// A broker, its disk, three to five users and what lies between, in one thread and without a clock: some
/// twenty seconds of life with faults, then half a minute in which all must come right. Everything follows
/// from the seed.
class World {
 public:
  explicit World(std::uint64_t seed, PlantedBug bug = PlantedBug::none);

  /// Prints what happens.
  void trace() { surroundings_.is_traced = true; }
  /// What went wrong first; nothing when all was right.
  [[nodiscard]] std::optional<std::string> run();

  /// What happened, because a run in which nothing does proves nothing.
  struct Happenings {
    std::size_t stored = 0;
    std::size_t refused = 0;
    std::size_t handed_over = 0;
    std::size_t crashes = 0;
    Milliseconds until_settled{};  ///< after the last fault; of several runs, the longest

    void add(const Happenings& more);
  };
  [[nodiscard]] Happenings happenings() const;

 private:
  void plan();
  void plan_actions(std::size_t client);
  void cause_fault();
  void hurt_broker();
  void hurt_client(std::size_t client);
  void hurt_weather();
  void heal();

  void start_broker();
  void crash_broker(bool is_silent);
  void restart(ModelClient& client);
  void revive(ModelClient& client);

  void run_until(Moment end);
  void run_until_settled();
  [[nodiscard]] bool is_settled();

  Surroundings surroundings_;
  const Milliseconds heartbeat_;
  broker::MemoryJournal disk_;
  TalkNetwork talk_;
  FeedNetwork feed_;
  std::optional<ModelBroker> broker_;
  std::deque<ModelClient> clients_;
  Weather usual_;
  bool is_healing_ = false;
  std::size_t crashes_ = 0;
  Moment healed_at_{};
  Moment settled_at_{};
};

}  // namespace palabre::broker::simulation
