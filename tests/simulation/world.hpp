#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/feed_network.hpp"
#include "tests/simulation/lives.hpp"
#include "tests/simulation/model_broker.hpp"
#include "tests/simulation/model_client.hpp"
#include "tests/simulation/secrecy.hpp"
#include "tests/simulation/surroundings.hpp"
#include "tests/simulation/talk_network.hpp"

namespace palabre::broker::simulation {

/// A broker, its disk, three to five users and what lies between, in one thread and without a clock: some
/// twenty seconds of life with faults, then half a minute in which all must come right. Everything follows
/// from the seed.
class World {
 public:
  /// What only some runs have.
  struct Scenes {
    Life::Beginning copies = Life::Beginning::new_store;  ///< how the store goes back, if it does
    bool has_private_rooms = false;
    bool has_parts = false;  ///< POSTs of several texts are stored in parts
  };
  [[nodiscard]] static Scenes scenes_of(std::uint64_t seed);

  explicit World(std::uint64_t seed, PlantedBug bug = PlantedBug::none) : World(seed, bug, scenes_of(seed)) {}
  World(std::uint64_t seed, PlantedBug bug, Scenes scenes);

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
    std::size_t restored = 0;      ///< stores that went back under a new epoch
    std::size_t bare_copies = 0;   ///< and under their old one
    Milliseconds until_settled{};  ///< after the last fault; of several runs, the longest

    void add(const Happenings& more);
  };
  [[nodiscard]] Happenings happenings() const;

 private:
  void plan();
  void plan_actions(std::size_t client);
  [[nodiscard]] std::vector<std::string> private_rooms_of(std::size_t client, std::size_t clients) const;
  void heal();

  // world_faults.cpp
  void plan_copies();
  void put_back(Life::Beginning beginning);
  void cause_fault();
  void hurt_broker();
  void hurt_client(std::size_t client);
  void hurt_weather();

  // world.cpp
  void start_broker();
  bool reply(std::string_view routing_id, const Bytes& frame);
  void publish(FeedNetwork::Frame frame);
  void crash_broker(bool is_silent);
  void restart(ModelClient& client);
  void revive(ModelClient& client);

  void run_until(Moment end);
  void run_until_settled();
  [[nodiscard]] bool is_settled();

  Surroundings surroundings_;
  Dice store_dice_;  ///< when the store goes back
  const Scenes scenes_;
  Lives lives_;
  std::optional<Secrecy> secrecy_;  ///< where there are private rooms
  const Milliseconds heartbeat_;
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
