#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "broker/domain/ports.hpp"
#include "tests/faults/planted/bug.hpp"

namespace palabre::faults {

/// An archive that now and then leaves a message out of a page, or gives the page of another room. Any thread
/// may read.
class PlantedArchive final : public broker::Archive {
 public:
  PlantedArchive(std::unique_ptr<broker::Archive> real, Plan plan)
      : real_(std::move(real)), bug_(plan.bug), turn_(plan.every) {}

  std::vector<StoredEvent> page(broker::RoomNumber room, Sequence from, std::size_t count) override {
    auto events = real_->page(room, from, count);
    const std::lock_guard lock(mutex_);
    if (events.size() <= 1 || !turn_.comes_with(1)) return events;
    if (bug_ == Bug::stray) return stray_page(room, from, events.size());
    events.erase(events.begin());
    return events;
  }
  Sequence head(broker::RoomNumber room) override { return real_->head(room); }
  Sequence first_since(broker::RoomNumber room, TimeMs time) override {
    return real_->first_since(room, time);
  }
  std::vector<StoredCell> row(ClientNumber client, Column from, std::size_t count) override {
    return real_->row(client, from, count);
  }
  Column columns(ClientNumber client) override { return real_->columns(client); }
  std::vector<broker::record::Moderated> moderations(broker::RoomNumber room, std::uint64_t number,
                                                     std::size_t count) override {
    return real_->moderations(room, number, count);
  }
  std::optional<StoredCell> cell(ClientNumber client, Column column) override {
    return real_->cell(client, column);
  }

 private:
  /// Of another one of the rooms behind it each time, that goes so far. Of the standard work's most are
  /// private.
  std::vector<StoredEvent> stray_page(broker::RoomNumber room, Sequence from, std::size_t count) {
    ++strays_;
    for (std::uint32_t behind = strays_; behind < strays_ + kRoomsSeen; ++behind) {
      auto events = real_->page({(room.value + behind) % kRoomsSeen + 1}, from, count);
      if (!events.empty()) return events;
    }
    return {};
  }

  static constexpr std::uint32_t kRoomsSeen = 20;

  std::unique_ptr<broker::Archive> real_;
  Bug bug_;
  std::mutex mutex_;
  Turn turn_;
  std::uint32_t strays_ = 0;
};

}  // namespace palabre::faults
