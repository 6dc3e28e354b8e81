#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "broker/domain/ports.hpp"
#include "tests/faults/planted/bug.hpp"

namespace palabre::faults {

/// A journal that passes on what it is told, but for the bug planted in it. Used by the recorder's thread
/// alone.
class PlantedJournal final : public broker::Journal {
 public:
  PlantedJournal(std::unique_ptr<broker::Journal> real, Plan plan);
  ~PlantedJournal() override;
  PlantedJournal(const PlantedJournal&) = delete;
  PlantedJournal& operator=(const PlantedJournal&) = delete;

  broker::Image load() override;
  broker::CommitResult commit(std::span<const broker::Record> records,
                              std::span<const broker::Segment> segments) override;
  Counter last_counter(ClientNumber client, OutboxId outbox) override;
  std::vector<Original> originals(ClientNumber client, OutboxId outbox, Counter first,
                                  std::size_t count) override;

 private:
  struct Held {
    std::vector<broker::Record> records;
    std::vector<broker::Segment> segments;
  };
  broker::CommitResult hold_back(Held held);
  void store_held();

  std::unique_ptr<broker::Journal> real_;
  Plan plan_;
  Turn turn_;
  std::deque<Held> held_;
};

}  // namespace palabre::faults
