#include "tests/broker/simulation/simulation.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <string>

namespace palabre::broker {
namespace {

constexpr std::size_t kSteps = 100;
constexpr std::uint64_t kSeedsToCatchABug = 20;

/// PALABRE_SEEDS and PALABRE_SEED choose how many seeds are tried and with which one to begin.
std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* given = std::getenv(name);
  return given == nullptr ? otherwise : std::stoull(given);
}

TEST(DomainSimulation, decides_as_the_reference_model_does) {
  const auto first = from_environment("PALABRE_SEED", 1);
  const auto seeds = from_environment("PALABRE_SEEDS", PALABRE_SEEDS_DEFAULT);
  std::size_t stored = 0;
  for (auto seed = first; seed < first + seeds; ++seed) {
    Simulation simulation(seed);
    const auto difference = simulation.run(kSteps);
    ASSERT_FALSE(difference) << "repeat with PALABRE_SEED=" << seed << " PALABRE_SEEDS=1\n" << *difference;
    stored += simulation.stored();
  }
  RecordProperty("messages_stored", std::to_string(stored));
  EXPECT_GT(stored, seeds * 10) << "too little happens for this to prove much";
}

/// Whether the simulation notices a bug within a few seeds.
bool catches(const Simulation::Bug& bug) {
  for (std::uint64_t seed = 1; seed <= kSeedsToCatchABug; ++seed) {
    if (Simulation(seed, bug).run(kSteps)) return true;
  }
  return false;
}

std::vector<record::Cells*> cells_of(Outcome& outcome) {
  std::vector<record::Cells*> cells;
  for (auto& record : outcome.records) {
    if (auto* stretch = std::get_if<record::Cells>(&record)) cells.push_back(stretch);
  }
  return cells;
}

TEST(DomainSimulation, lets_a_sound_domain_pass) {
  EXPECT_FALSE(catches([](Outcome&) {}));
}

TEST(DomainSimulation, catches_a_dropped_record) {
  EXPECT_TRUE(catches([](Outcome& outcome) {
    if (!outcome.records.empty()) outcome.records.pop_back();
  }));
}

TEST(DomainSimulation, catches_a_dropped_text) {
  EXPECT_TRUE(catches([](Outcome& outcome) {
    for (auto* cells : cells_of(outcome)) cells->texts = cells->texts.without_first(1);
  }));
}

TEST(DomainSimulation, catches_a_skipped_sequence) {
  EXPECT_TRUE(catches([](Outcome& outcome) {
    for (auto* cells : cells_of(outcome)) cells->sequence = cells->sequence.next();
  }));
}

TEST(DomainSimulation, catches_a_repeated_column) {
  EXPECT_TRUE(catches([](Outcome& outcome) {
    for (auto* cells : cells_of(outcome)) {
      if (cells->column > Column{1}) cells->column = {cells->column.value - 1};
    }
  }));
}

TEST(DomainSimulation, catches_a_lost_acknowledgement) {
  EXPECT_TRUE(catches([](Outcome& outcome) {
    for (auto& effect : outcome.effects) {
      auto* told = std::get_if<effect::Acknowledge>(&effect);
      if (told != nullptr && told->acks.size() > 2) told->acks.pop_back();
    }
  }));
}

TEST(DomainSimulation, catches_an_outbox_that_is_continued_wrongly) {
  EXPECT_TRUE(catches([](Outcome& outcome) {
    for (auto* cells : cells_of(outcome)) cells->continues_outbox = true;
  }));
}

TEST(DomainSimulation, catches_a_time_that_decreases) {
  EXPECT_TRUE(catches([](Outcome& outcome) {
    for (auto* cells : cells_of(outcome)) cells->at = {cells->at.value - 1};
  }));
}

TEST(DomainSimulation, catches_a_notice_too_many) {
  EXPECT_TRUE(catches([](Outcome& outcome) {
    for (const auto& effect : outcome.effects) {
      if (!std::holds_alternative<effect::Notify>(effect)) continue;
      outcome.effects.push_back(effect);
      return;
    }
  }));
}

}  // namespace
}  // namespace palabre::broker
