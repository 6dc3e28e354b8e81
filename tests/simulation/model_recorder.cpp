#include "tests/simulation/model_recorder.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "broker/domain/repeats.hpp"
#include "broker/domain/room_views.hpp"
#include "tests/support/memory_journal.hpp"

namespace palabre::broker::simulation {

namespace {

constexpr std::size_t kBatchMax = 16;

State load(Surroundings& surroundings, Journal& disk) {
  auto image = disk.load();
  if (surroundings.has(PlantedBug::forgets_a_column)) {
    for (auto& client : image.clients) {
      if (client.columns) client.columns = {client.columns.value - 1};
    }
  }
  return restore(image);
}

}  // namespace

ModelRecorder::ModelRecorder(Surroundings& surroundings, Journal& disk)
    : surroundings_(surroundings), disk_(disk), state_(load(surroundings, disk)) {}

void ModelRecorder::decide(TimeMs now) {
  while (!waiting_.empty() && decided_ < kBatchMax) {
    auto& command = waiting_.front();
    if (auto* post = std::get_if<command::Post>(&command); post != nullptr && !look_up(*post)) return;
    decide(std::move(command), now);
    waiting_.pop_front();
  }
}

void ModelRecorder::decide(Command command, TimeMs now) {
  std::optional<command::Post> again;
  if (surroundings_.has(PlantedBug::stores_twice) && surroundings_.dice.once_in(20)) {
    if (const auto* post = std::get_if<command::Post>(&command)) again = *post;
  }
  batch_.decide(state_, std::move(command), now);
  ++decided_;
  if (again) decide_again(std::move(*again), now);
}

void ModelRecorder::decide_again(command::Post post, TimeMs now) {
  post.post.outbox = {1 + surroundings_.dice.below(limits::kIntegerMax)};
  post.post.counter = {1};
  post.originals.clear();
  post.whole.reset();
  state_.matrix.learn(post.origin.client, post.post.outbox, {});
  apply(state_, std::move(post), now, batch_.outcome());
  batch_.outcome().effects.pop_back();
}

bool ModelRecorder::look_up(command::Post& post) {
  if (!look_up_originals(disk_, post, count_known(post))) {
    if (batch_.is_empty()) throw std::logic_error("what was committed is not found");
    return false;
  }
  if (surroundings_.has(PlantedBug::answers_repeats_wrongly)) {
    for (auto& original : post.originals) original.ack.sequence = original.ack.sequence.next();
  }
  return true;
}

std::size_t ModelRecorder::count_known(const command::Post& post) {
  const auto client = post.origin.client;
  const auto outbox = post.post.outbox;
  const bool forgets = surroundings_.has(PlantedBug::forgets_counters);
  if (forgets && !state_.matrix.last_counter(client, outbox)) state_.matrix.learn(client, outbox, {});
  return count_repeats(state_, disk_, post);
}

void ModelRecorder::pack() {
  for (const auto& record : batch_.outcome().records) {
    if (const auto* cells = std::get_if<record::Cells>(&record)) packer_.add(as_packed(*cells));
  }
  segments_ = packer_.take();
}

record::Cells ModelRecorder::as_packed(const record::Cells& cells) {
  auto packed = cells;
  const auto clients = state_.roster.all().size();
  if (surroundings_.has(PlantedBug::stamps_another_sender) && surroundings_.dice.once_in(10)) {
    packed.client = {static_cast<std::uint32_t>(cells.client.value % clients + 1)};
  }
  return packed;
}

void ModelRecorder::commit() {
  pack();
  auto& records = batch_.outcome().records;
  if (records.empty()) return;
  if (surroundings_.weather.is_disk_full) return discard();
  if (surroundings_.has(PlantedBug::drops_a_record) && surroundings_.dice.once_in(20)) {
    records.erase(records.begin() + static_cast<std::ptrdiff_t>(surroundings_.dice.below(records.size())));
  }
  static_cast<void>(disk_.commit(records, segments_));
}

void ModelRecorder::tear_commit() {
  if (!surroundings_.has(PlantedBug::tears_commits)) return;
  for (auto& record : batch_.outcome().records) {
    if (auto* cells = std::get_if<record::Cells>(&record)) {
      cells->outbox = {1 + surroundings_.dice.below(limits::kIntegerMax)};
      cells->continues_outbox = false;
    }
  }
  static_cast<void>(disk_.commit(batch_.outcome().records, {}));
}

void ModelRecorder::discard() {
  state_ = restore(disk_.load(), state_);
  if (surroundings_.has(PlantedBug::acknowledges_the_refused)) {
    batch_.outcome().records.clear();
    batch_.outcome().touched = {};
  } else {
    batch_.refuse_what_was_not_stored(state_);
  }
  segments_.clear();
  went_back_ = true;
}

void ModelRecorder::deliver_messages(Telling& telling) {
  for (const auto& segment : segments_) {
    const auto& room = state_.rooms.at(segment.room);
    PackedBatch batch{state_.epoch, room.name, segment.first, names_in(segment, state_.roster),
                      segment.events};
    if (room.kind == RoomKind::open || surroundings_.has(PlantedBug::publishes_the_private)) {
      telling.batches.push_back(std::move(batch));
    } else {
      tell_members(segment, std::move(batch), telling);
    }
  }
}

void ModelRecorder::tell_members(const Segment& segment, PackedBatch batch, Telling& telling) {
  auto members = state_.rooms.at(segment.room).members;
  if (surroundings_.has(PlantedBug::tells_a_stranger)) {
    const auto clients = state_.roster.all().size();
    members.insert(ClientNumber{static_cast<std::uint32_t>(1 + surroundings_.dice.below(clients))});
  }
  for (const auto member : members) {
    batch.room = name_for(state_, segment.room, member);
    const auto frame = encode_said(batch);
    for (const auto connection : state_.roster.at(member).connections) {
      telling.said.push_back({connection, frame});
    }
  }
}

ModelRecorder::Telling ModelRecorder::tell() {
  Telling telling{std::move(batch_.outcome().touched),
                  std::exchange(went_back_, false),
                  {},
                  {},
                  std::move(batch_.outcome().effects)};
  deliver_messages(telling);
  batch_.clear();
  decided_ = 0;
  segments_.clear();
  return telling;
}

ModelRecorder::Telling ModelRecorder::tell_too_early() {
  Telling telling;
  if (surroundings_.has(PlantedBug::publishes_before_commit)) {
    pack();
    deliver_messages(telling);
  }
  if (surroundings_.has(PlantedBug::acknowledges_before_commit)) {
    std::ranges::copy_if(
        batch_.outcome().effects, std::back_inserter(telling.effects),
        [](const Effect& effect) { return std::holds_alternative<effect::Acknowledge>(effect); });
  }
  return telling;
}

}  // namespace palabre::broker::simulation
