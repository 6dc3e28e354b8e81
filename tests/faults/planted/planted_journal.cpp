#include "tests/faults/planted/planted_journal.hpp"

#include <algorithm>
#include <set>
#include <utility>
#include <variant>

#include "broker/domain/rooms.hpp"

namespace palabre::faults {
namespace {

using broker::CommitResult;
using broker::Segment;

std::vector<Event> unpacked(const Segment& segment) {
  return unpack(segment.events.bytes, segment.events.count, segment.events.time).value();
}

PackedEvents packed(const std::vector<Event>& events) {
  PackedEvents packed;
  for (const auto& [client, column, text, at] : events) packed.append(client, column, text, at);
  return packed;
}

void exchange_with_next(std::vector<Event>& events, std::size_t place) {
  std::swap(events[place].client, events[place + 1].client);
  std::swap(events[place].column, events[place + 1].column);
  std::swap(events[place].text, events[place + 1].text);
}

/// Plants the bug in a commit's segments; false when they give it no place.
bool plant(Bug bug, std::vector<Segment>& segments) {
  const auto chosen = std::ranges::find_if(
      segments, [bug](const Segment& it) { return bug != Bug::swap || it.events.count > 1; });
  if (chosen == segments.end()) return false;
  auto events = unpacked(*chosen);
  const auto middle = (events.size() - 1) / 2;
  const auto place = events.begin() + static_cast<std::ptrdiff_t>(middle);
  if (bug == Bug::drop) events.erase(place);
  if (bug == Bug::repeat) events.insert(place, Event(*place));
  if (bug == Bug::swap) exchange_with_next(events, middle);
  if (bug == Bug::forget) chosen->rows.erase(chosen->rows.begin());
  chosen->events = packed(events);
  if (events.empty()) segments.erase(chosen);
  return true;
}

bool is_bug_of_messages(Bug bug) {
  return bug == Bug::drop || bug == Bug::swap || bug == Bug::repeat || bug == Bug::forget;
}

/// Whoever was registered after the two hears them, too.
void admit_others(broker::Image& image) {
  for (auto& room : image.rooms) {
    if (broker::kind_of_stored(room.name) != RoomKind::direct || room.members.empty()) continue;
    for (auto other = std::ranges::max(room.members).next(); other.value <= image.clients.size();
         other = other.next()) {
      room.members.push_back(other);
    }
  }
}

/// Nobody's place in a closed room is taken from him.
void pardon(std::vector<broker::Record>& records) {
  std::set<std::pair<broker::RoomNumber, ClientNumber>> pardoned;
  for (const auto& record : records) {
    const auto* changed = std::get_if<broker::record::StandingChanged>(&record);
    if (changed != nullptr && !changed->standing) pardoned.emplace(changed->room, changed->client);
  }
  std::erase_if(records, [&pardoned](const broker::Record& record) {
    if (const auto* left = std::get_if<broker::record::Left>(&record)) {
      return pardoned.contains({left->room, left->client});
    }
    const auto* changed = std::get_if<broker::record::StandingChanged>(&record);
    return changed != nullptr && !changed->standing;
  });
}

}  // namespace

PlantedJournal::PlantedJournal(std::unique_ptr<broker::Journal> real, Plan plan)
    : real_(std::move(real)), plan_(plan), turn_(plan.every) {}

PlantedJournal::~PlantedJournal() { store_held(); }

broker::Image PlantedJournal::load() {
  store_held();
  auto image = real_->load();
  if (plan_.bug == Bug::admit) admit_others(image);
  return image;
}

CommitResult PlantedJournal::commit(std::span<const broker::Record> records,
                                    std::span<const Segment> segments) {
  Held held{{records.begin(), records.end()}, {segments.begin(), segments.end()}};
  if (plan_.bug == Bug::early) return hold_back(std::move(held));
  if (plan_.bug == Bug::pardon) pardon(held.records);
  std::uint64_t messages = 0;
  for (const auto& segment : held.segments) messages += segment.events.count;
  const bool bites = is_bug_of_messages(plan_.bug) && messages > 0 && turn_.comes_with(messages);
  if (bites && !plant(plan_.bug, held.segments)) turn_.give_back();
  return real_->commit(held.records, held.segments);
}

CommitResult PlantedJournal::hold_back(Held held) {
  held_.push_back(std::move(held));
  while (held_.size() > plan_.every) {
    (void)real_->commit(held_.front().records, held_.front().segments);
    held_.pop_front();
  }
  return CommitResult::committed;
}

void PlantedJournal::store_held() {
  for (; !held_.empty(); held_.pop_front()) {
    (void)real_->commit(held_.front().records, held_.front().segments);
  }
}

Counter PlantedJournal::last_counter(ClientNumber client, OutboxId outbox) {
  store_held();
  return real_->last_counter(client, outbox);
}

std::vector<broker::Journal::Original> PlantedJournal::originals(ClientNumber client, OutboxId outbox,
                                                                 Counter first, std::size_t count) {
  store_held();
  return real_->originals(client, outbox, first, count);
}

}  // namespace palabre::faults
