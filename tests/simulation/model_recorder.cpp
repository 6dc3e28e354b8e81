#include "tests/simulation/model_recorder.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "tests/support/memory_journal.hpp"

namespace palabre::broker::simulation {

namespace {

constexpr std::size_t kBatchMax = 16;

std::pair<ConnectionId, RequestId> return_address(const Command& command) {
  if (const auto* admit = std::get_if<command::Admit>(&command)) return {admit->connection, admit->request};
  return std::visit(
      []<class Other>(const Other& other) -> std::pair<ConnectionId, RequestId> {
        if constexpr (requires { other.origin; }) {
          return {other.origin.connection, other.origin.request};
        } else {
          return {};
        }
      },
      command);
}

bool rests_on_others(const Effect& effect) {
  const auto* answer = std::get_if<effect::Answer>(&effect);
  return answer != nullptr && !std::holds_alternative<reply::Farewell>(answer->reply);
}

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
  while (!waiting_.empty() && steps_.size() < kBatchMax) {
    auto& command = waiting_.front();
    if (auto* post = std::get_if<command::Post>(&command); post != nullptr && !look_up(*post)) return;
    decide(std::move(command), now);
    waiting_.pop_front();
  }
}

void ModelRecorder::decide(Command command, TimeMs now) {
  const auto [connection, request] = return_address(command);
  std::optional<command::Post> again;
  if (surroundings_.has(PlantedBug::stores_twice) && surroundings_.dice.once_in(20)) {
    if (const auto* post = std::get_if<command::Post>(&command)) again = *post;
  }
  apply(state_, std::move(command), now, outcome_);
  if (again) decide_again(std::move(*again), now);
  steps_.push_back({connection, request, outcome_.records.size(), outcome_.effects.size()});
}

void ModelRecorder::decide_again(command::Post post, TimeMs now) {
  post.post.outbox = {1 + surroundings_.dice.below(limits::kIntegerMax)};
  post.post.counter = {1};
  post.originals.clear();
  state_.matrix.learn(post.origin.client, post.post.outbox, {});
  apply(state_, std::move(post), now, outcome_);
  outcome_.effects.pop_back();
}

bool ModelRecorder::look_up(command::Post& post) {
  if (count_known(post) == 0) return true;
  if (!steps_.empty()) return false;
  const auto repeats = count_known(post);
  for (auto counter = post.post.counter; post.originals.size() < repeats; counter = counter.next()) {
    const auto found = disk_.original(post.origin.client, post.post.outbox, counter).value();
    post.originals.push_back({found.room, {counter, found.sequence, found.column, found.at}});
    if (surroundings_.has(PlantedBug::answers_repeats_wrongly)) {
      post.originals.back().ack.sequence = found.sequence.next();
    }
  }
  return true;
}

std::size_t ModelRecorder::count_known(const command::Post& post) {
  const auto client = post.origin.client;
  const auto outbox = post.post.outbox;
  if (!state_.matrix.last_counter(client, outbox)) {
    const bool forgets = surroundings_.has(PlantedBug::forgets_counters);
    state_.matrix.learn(client, outbox, forgets ? Counter{} : disk_.last_counter(client, outbox));
  }
  return count_repeats(state_, post);
}

void ModelRecorder::pack() {
  for (const auto& record : outcome_.records) {
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
  auto& records = outcome_.records;
  if (records.empty()) return;
  if (surroundings_.weather.is_disk_full) return discard();
  if (surroundings_.has(PlantedBug::drops_a_record) && surroundings_.dice.once_in(20)) {
    records.erase(records.begin() + static_cast<std::ptrdiff_t>(surroundings_.dice.below(records.size())));
  }
  static_cast<void>(disk_.commit(records, segments_));
}

void ModelRecorder::tear_commit() {
  if (!surroundings_.has(PlantedBug::tears_commits)) return;
  for (auto& record : outcome_.records) {
    if (auto* cells = std::get_if<record::Cells>(&record)) {
      cells->outbox = {1 + surroundings_.dice.below(limits::kIntegerMax)};
      cells->continues_outbox = false;
    }
  }
  static_cast<void>(disk_.commit(outcome_.records, {}));
}

void ModelRecorder::discard() {
  state_ = restore(disk_.load(), state_);
  std::vector<Effect> kept;
  bool is_any_refused = false;
  std::size_t record = 0;
  auto effect = outcome_.effects.begin();
  for (const auto& step : steps_) {
    const auto end = outcome_.effects.begin() + static_cast<std::ptrdiff_t>(step.effects_end);
    const bool wanted_space = step.records_end > record;
    const bool rests_on_refused = is_any_refused && std::any_of(effect, end, rests_on_others);
    const bool is_refused = wanted_space || rests_on_refused ||
                            !std::all_of(effect, end, [this](auto& it) { return still_holds(it); });
    if (is_refused && !surroundings_.has(PlantedBug::acknowledges_the_refused)) {
      is_any_refused = true;
      kept.emplace_back(effect::Answer{step.connection, step.request, refuse(RefusalCode::storage_full)});
    } else {
      std::move(effect, end, std::back_inserter(kept));
    }
    record = step.records_end;
    effect = end;
  }
  segments_.clear();
  outcome_ = {{}, std::move(kept), {}};
  went_back_ = true;
}

bool ModelRecorder::still_holds(Effect& effect) const {
  auto* admitted = std::get_if<effect::Admitted>(&effect);
  if (admitted == nullptr) return true;
  admitted->rooms = state_.rooms.heads_of(admitted->client);
  return state_.roster.is_connected(admitted->client, admitted->connection);
}

std::vector<PackedBatch> ModelRecorder::batches() const {
  std::vector<PackedBatch> batches;
  for (const auto& segment : segments_) {
    std::set<ClientNumber> clients;
    for (const auto& row : segment.rows) clients.insert(row.client);
    std::vector<NamedClient> names;
    for (const auto client : clients) names.push_back({client, state_.roster.at(client).name});
    batches.push_back(
        {state_.epoch, state_.rooms.at(segment.room).name, segment.first, std::move(names), segment.events});
  }
  return batches;
}

ModelRecorder::Telling ModelRecorder::tell() {
  Telling telling{std::move(outcome_.touched), std::exchange(went_back_, false), batches(),
                  std::move(outcome_.effects)};
  outcome_ = {};
  steps_.clear();
  segments_.clear();
  return telling;
}

ModelRecorder::Telling ModelRecorder::tell_too_early() {
  Telling telling{{}, false, {}, {}};
  if (surroundings_.has(PlantedBug::publishes_before_commit)) {
    pack();
    telling.batches = batches();
  }
  if (surroundings_.has(PlantedBug::acknowledges_before_commit)) {
    std::ranges::copy_if(outcome_.effects, std::back_inserter(telling.effects), [](const Effect& effect) {
      return std::holds_alternative<effect::Acknowledge>(effect);
    });
  }
  return telling;
}

}  // namespace palabre::broker::simulation
