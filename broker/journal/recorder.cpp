#include "broker/journal/recorder.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "broker/threads/named_thread.hpp"
#include "schema/codec.hpp"

namespace palabre::broker {
namespace {

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

/// An answer that may rest on what was decided before it: a second JOIN needs no record, but promises what
/// the first one wanted. A FAREWELL rests on nothing.
bool rests_on_others(const Effect& effect) {
  const auto* answer = std::get_if<effect::Answer>(&effect);
  return answer != nullptr && !std::holds_alternative<reply::Farewell>(answer->reply);
}

// Beyond so many the outboxes' counters are forgotten, and looked up again where they are needed.
constexpr std::size_t kOutboxesLearntMax = 262'144;

std::vector<NamedClient> names_in(const Segment& segment, const Roster& roster) {
  std::vector<ClientNumber> clients;
  clients.reserve(segment.rows.size());
  for (const auto& row : segment.rows) clients.push_back(row.client);
  std::ranges::sort(clients);
  const auto repeats = std::ranges::unique(clients);
  clients.erase(repeats.begin(), repeats.end());
  std::vector<NamedClient> names;
  names.reserve(clients.size());
  for (const auto client : clients) names.push_back({client, roster.at(client).name});
  return names;
}

/// The one before is let go outside the lock.
void put_up(Guarded<std::shared_ptr<const Directory>>& board, std::shared_ptr<const Directory> next) {
  board.with([&next](auto& shown) { shown.swap(next); });
}

}  // namespace

Recorder::Recorder(Options options, Ports ports)
    : options_(options),
      ports_(std::move(ports)),
      mailbox_(options.capacity, OnWaking::lets_others_push),
      state_(restore(ports_.journal.load())) {
  put_up(ports_.board, picture(state_));
}

void Recorder::start(Door& door) {
  door_ = &door;
  thread_ = start_thread("recorder", [this] { run(); });
}

void Recorder::finish() {
  mailbox_.close();
  if (thread_.joinable()) thread_.join();
}

void Recorder::run() {
  std::vector<Command> commands;
  try {
    while (mailbox_.drain(commands)) {
      for (auto& command : commands) decide(std::move(command));
      settle();
    }
  } catch (const std::exception& failure) {
    ports_.on_failure(failure);
  }
}

void Recorder::decide(Command command) {
  if (auto* post = std::get_if<command::Post>(&command)) look_up(*post);
  const auto [connection, request] = return_address(command);
  apply(state_, std::move(command), ports_.clock(), outcome_);
  steps_.push_back({connection, request, outcome_.records.size(), outcome_.effects.size()});
}

void Recorder::look_up(command::Post& post) {
  const auto client = post.origin.client;
  const auto outbox = post.post.outbox;
  const auto learn = [&] {
    if (!state_.matrix.last_counter(client, outbox)) {
      state_.matrix.learn(client, outbox, ports_.journal.last_counter(client, outbox));
    }
    return count_repeats(state_, post);
  };
  if (learn() == 0) return;
  // The first time may be in this very batch: the journal knows it only once that is committed.
  settle();
  const auto repeats = learn();
  for (auto counter = post.post.counter; post.originals.size() < repeats; counter = counter.next()) {
    const auto found = ports_.journal.original(client, outbox, counter).value();
    post.originals.push_back({found.room, {counter, found.sequence, found.column, found.at}});
  }
}

void Recorder::settle() {
  if (steps_.empty()) return;
  pack();
  if (!outcome_.records.empty() && ports_.journal.commit(outcome_.records, segments_) == CommitResult::full) {
    discard();
  }
  tell();
  outcome_ = {};
  steps_.clear();
  if (state_.matrix.learnt() > kOutboxesLearntMax) state_.matrix.forget_all();
}

void Recorder::pack() {
  for (const auto& record : outcome_.records) {
    if (const auto* cells = std::get_if<record::Cells>(&record)) packer_.add(*cells);
  }
  segments_ = packer_.take();
}

void Recorder::discard() {
  state_ = restore(ports_.journal.load(), state_);
  std::vector<Effect> kept;
  bool is_any_refused = false;
  std::size_t record = 0;
  auto effect = outcome_.effects.begin();
  for (const auto& step : steps_) {
    const auto end = outcome_.effects.begin() + static_cast<std::ptrdiff_t>(step.effects_end);
    const bool wanted_space = step.records_end > record;
    const bool rests_on_refused = is_any_refused && std::any_of(effect, end, rests_on_others);
    if (wanted_space || rests_on_refused ||
        !std::all_of(effect, end, [this](auto& it) { return still_holds(it); })) {
      is_any_refused = true;
      kept.emplace_back(effect::Answer{step.connection, step.request, refuse(RefusalCode::storage_full)});
    } else {
      std::move(effect, end, std::back_inserter(kept));
    }
    record = step.records_end;
    effect = end;
  }
  outcome_.records.clear();
  segments_.clear();
  outcome_.effects = std::move(kept);
  // What was touched may have gone again: this picture is made anew.
  outcome_.touched = {};
  put_up(ports_.board, picture(state_));
}

bool Recorder::still_holds(Effect& effect) const {
  auto* admitted = std::get_if<effect::Admitted>(&effect);
  if (admitted == nullptr) return true;
  admitted->rooms = state_.rooms.heads_of(admitted->client);
  return state_.roster.is_connected(admitted->client, admitted->connection);
}

void Recorder::tell() {
  if (outcome_.touched.is_any()) {
    const auto newest = ports_.board.with([](const auto& shown) { return shown; });
    put_up(ports_.board, newest->after(state_, outcome_.touched));
  }
  publish_messages();
  for (auto& effect : outcome_.effects) std::visit([this](auto& one) { perform(one); }, effect);
  ports_.replies.send_all(replies_);
}

void Recorder::publish_messages() {
  for (auto& segment : segments_) {
    ports_.feed.publish({state_.epoch, state_.rooms.at(segment.room).name, segment.first,
                         names_in(segment, state_.roster), std::move(segment.events)});
  }
  segments_.clear();
}

void Recorder::perform(effect::Acknowledge& acknowledgement) {
  auto& [connection, request, room, outbox, acks] = acknowledgement;
  const Reply reply =
      reply::Stored{options_.durability == Durability::disk, std::move(room), outbox, std::move(acks)};
  replies_.push_back({connection, encode(request, reply)});
}

void Recorder::perform(effect::Answer& answer) {
  replies_.push_back({answer.connection, encode(answer.request, answer.reply)});
}

void Recorder::perform(effect::Admitted& admitted) { door_->admitted(std::move(admitted)); }

void Recorder::perform(effect::Departed& departed) {
  // Not sooner: what the client posted in this batch was unknown to the journal until now.
  if (departed.is_last) state_.matrix.forget(departed.client);
  door_->departed(departed);
}

void Recorder::perform(effect::Notify& notice) {
  ports_.feed.notify({std::move(notice.room), state_.last_at, {std::move(notice.what)}});
}

}  // namespace palabre::broker
