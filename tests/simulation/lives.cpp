#include "tests/simulation/lives.hpp"

#include <algorithm>
#include <utility>

#include "tests/simulation/room_names.hpp"

namespace palabre::broker::simulation {

namespace {

/// Sixteen hexadecimal digits, of which the last one counts.
Epoch epoch_of(std::size_t life) { return "00000000000000e" + std::to_string(life % 10); }

}  // namespace

Lives::Lives(PlantedBug bug) : bug_(bug), disk_(epoch_of(0)), lives_{{.epoch = epoch_of(0)}} {}

void Lives::back_up() { older_backup_ = std::exchange(backup_, disk_.copy()); }

void Lives::put_back(Life::Beginning beginning) {
  lives_.back().store = disk_.copy();
  const bool renews = beginning == Life::Beginning::restored;
  lives_.push_back({.beginning = beginning,
                    .epoch = renews ? epoch_of(lives_.size()) : backup_->image.epoch,
                    .before = backup_->messages});
  auto copy = bug_ == PlantedBug::restores_an_older_copy && older_backup_ ? *older_backup_ : *backup_;
  if (bug_ != PlantedBug::restores_without_a_new_epoch) copy.image.epoch = lives_.back().epoch;
  disk_.put_back(std::move(copy));
}

bool Lives::went_back_since(std::size_t life) const {
  return std::any_of(lives_.begin() + static_cast<std::ptrdiff_t>(life) + 1, lives_.end(),
                     [](const Life& later) { return later.beginning == Life::Beginning::bare_copy; });
}

Sequence Lives::head_of(const std::string& user, const std::string& room) const {
  const auto image = disk_.copy().image;
  const auto* found = find_room(image, user, room);
  return found == nullptr ? Sequence{} : found->head;
}

bool Lives::hold(const std::string& user, std::span<const event::Message> messages) const {
  const auto store = disk_.copy();
  return std::ranges::all_of(messages, [&](const event::Message& message) {
    const auto* room = find_room(store.image, user, message.room);
    return room != nullptr && std::ranges::any_of(store.messages, [&](const StoredMessage& stored) {
             return stored.room == room->number && stored.sequence == message.sequence &&
                    stored.text == message.text;
           });
  });
}

std::vector<Life> Lives::all() const {
  auto all = lives_;
  all.back().store = disk_.copy();
  return all;
}

}  // namespace palabre::broker::simulation
