#include "broker/journal/recorder.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <stdexcept>
#include <utility>

#include "broker/domain/repeats.hpp"
#include "broker/domain/room_views.hpp"
#include "broker/threads/named_thread.hpp"
#include "broker/threads/processor_time.hpp"
#include "schema/codec.hpp"

namespace palabre::broker {
namespace {

// Beyond so many the outboxes' counters are forgotten, and looked up again where they are needed.
constexpr std::size_t kOutboxesLearntMax = 262'144;

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
  batch_.decide(state_, std::move(command), ports_.clock());
}

void Recorder::look_up(command::Post& post) {
  if (post.whole && post.whole->is_refused) return;
  if (count_repeats(state_, ports_.journal, post) == 0) return;
  // If a later part had to wait, all of it would come again, be looked up again, and wait again.
  const bool is_begun = post.whole && std::exchange(post.whole->is_looked_up, true);
  const auto now = std::chrono::steady_clock::now();
  if (const auto wait = is_begun ? std::nullopt : look_ups_.wait_of(post.origin.client, now)) {
    post.not_looked_up = refuse(RefusalCode::too_fast);
    post.not_looked_up->retry_after_ms = static_cast<std::uint64_t>(wait->count());
    return;
  }
  if (find_originals(post)) return;
  // The first time was in this very batch: the journal knows it only once that is committed. That is nobody's
  // debt: it is everybody's commit, and on a slow disk it takes long.
  settle();
  if (!find_originals(post)) throw std::runtime_error("the store is damaged: a post that was stored is gone");
}

bool Recorder::find_originals(command::Post& post) {
  const auto begun = processor_time();
  const bool is_known = look_up_originals(ports_.journal, post, count_repeats(state_, ports_.journal, post));
  look_ups_.spent(post.origin.client, processor_time() - begun, std::chrono::steady_clock::now());
  return is_known;
}

void Recorder::settle() {
  if (batch_.is_empty()) return;
  pack();
  const auto& records = batch_.outcome().records;
  if (!records.empty() && ports_.journal.commit(records, segments_) == CommitResult::full) discard();
  tell();
  batch_.clear();
  if (state_.matrix.learnt() > kOutboxesLearntMax) state_.matrix.forget_all();
}

void Recorder::pack() {
  for (const auto& record : batch_.outcome().records) {
    if (const auto* cells = std::get_if<record::Cells>(&record)) packer_.add(*cells);
  }
  segments_ = packer_.take();
}

void Recorder::discard() {
  state_ = restore(ports_.journal.load(), state_);
  batch_.refuse_what_was_not_stored(state_);
  segments_.clear();
  // What was touched may have gone again: this picture is made anew.
  put_up(ports_.board, picture(state_));
}

void Recorder::tell() {
  if (batch_.outcome().touched.is_any()) {
    const auto newest = ports_.board.with([](const auto& shown) { return shown; });
    put_up(ports_.board, newest->after(state_, batch_.outcome().touched));
  }
  deliver_messages();
  for (auto& effect : batch_.outcome().effects) std::visit([this](auto& one) { perform(one); }, effect);
  ports_.replies.send_all(replies_);
}

void Recorder::deliver_messages() {
  for (auto& segment : segments_) {
    const auto& room = state_.rooms.at(segment.room);
    if (room.kind == RoomKind::open) {
      ports_.feed.publish({state_.epoch, room.name, segment.first, names_in(segment, state_.roster),
                           std::move(segment.events)});
    } else {
      tell_members(segment);
    }
  }
  segments_.clear();
}

void Recorder::tell_members(Segment& segment) {
  PackedBatch batch{
      state_.epoch, {}, segment.first, names_in(segment, state_.roster), std::move(segment.events)};
  Bytes frame;
  for (const auto member : state_.rooms.at(segment.room).members) {
    const auto& connections = state_.roster.at(member).connections;
    if (connections.empty()) continue;
    // Both ends of a direct room have a name for it, the members of a closed one have the same.
    auto name = name_for(state_, segment.room, member);
    if (frame.empty() || name != batch.room) {
      batch.room = std::move(name);
      frame = encode_said(batch);
    }
    for (const auto connection : connections) replies_.push_back({connection, frame});
  }
}

void Recorder::perform(effect::Acknowledge& acknowledgement) {
  auto& [connection, request, room, outbox, acks, whole] = acknowledgement;
  if (whole && !whole->is_complete_with(acks)) return;
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

void Recorder::perform(effect::NotifyMembers& notice) {
  const Reply told = reply::Noticed{{std::move(notice.room), state_.last_at, {std::move(notice.what)}}};
  const auto frame = encode(RequestId{}, told);
  for (const auto connection : notice.connections) replies_.push_back({connection, frame});
}

void Recorder::perform(effect::Notify& notice) {
  ports_.feed.notify({std::move(notice.room), state_.last_at, {std::move(notice.what)}});
}

void Recorder::perform(effect::Ruling& ruling) { door_->ruled(std::move(ruling)); }

}  // namespace palabre::broker
