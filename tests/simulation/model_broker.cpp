#include "tests/simulation/model_broker.hpp"

#include <utility>

#include "broker/session/token_hash.hpp"
#include "schema/codec.hpp"
#include "tests/simulation/trace.hpp"

namespace palabre::broker::simulation {

namespace {

constexpr std::int64_t kWallClockAtZero = 1'700'000'000'000;
constexpr std::uint16_t kFeedPort = 8421;
constexpr Milliseconds kTick{limits::kTickMs};

}  // namespace

ModelBroker::ModelBroker(Surroundings& surroundings, MemoryJournal& disk, Milliseconds heartbeat, Ends ends)
    : surroundings_(surroundings),
      disk_(disk),
      heartbeat_(heartbeat),
      ends_(std::move(ends)),
      recorder_(surroundings, disk),
      board_(picture(recorder_.state())),
      reads_(
          board_, disk, [this] { return wall_time(); }, [](const std::exception&) {}),
      packer_(1 + surroundings.dice.below(1'000'000)) {
  after(kTick, &ModelBroker::tick);
  after(heartbeat_ / 2, &ModelBroker::sweep);
}

void ModelBroker::after(Milliseconds delay, void (ModelBroker::*step)()) {
  surroundings_.agenda.after(delay, [this, step, life = std::weak_ptr(life_)] {
    if (!life.expired()) (this->*step)();
  });
}

void ModelBroker::after_a_moment(void (ModelBroker::*step)()) {
  after(surroundings_.draw_ms(0, surroundings_.weather.step_ms_max), step);
}

TimeMs ModelBroker::wall_time() const {
  const auto time = std::chrono::duration_cast<Milliseconds>(surroundings_.agenda.now().time_since_epoch());
  return {
      static_cast<std::uint64_t>(kWallClockAtZero + time.count() + surroundings_.weather.clock_is_off_by_ms)};
}

// ── router ───────────────────────────────────────────────────────────────────────────────────────────────

void ModelBroker::receive(const std::string& routing_id, const Bytes& frame) {
  if (!life_) return;
  surroundings_.trace([&] { return "broker receives on " + routing_id + ": " + line_of_request(frame); });
  const auto [connection, client] =
      connections_.heard(routing_id, routing_id, surroundings_.agenda.now(), gone_);
  report_gone();
  if (surroundings_.dice.once_in(surroundings_.weather.busy_once_in)) {
    return say(connection, request_id_of(frame), refuse(RefusalCode::busy));
  }
  if (sessions_.contains(client)) {
    give(client, Frame{connection, frame});
  } else {
    greet(Frame{connection, frame});
  }
}

void ModelBroker::transmit(ConnectionId connection, const Bytes& frame) {
  const auto routing_id = connections_.routing_id(connection);
  if (routing_id.empty()) return;
  if (surroundings_.dice.once_in(surroundings_.weather.reply_lost_once_in)) return;
  if (ends_.reply(routing_id, frame)) return;
  connections_.forget(connection, gone_);
  report_gone();
}

void ModelBroker::say(ConnectionId connection, RequestId request, const Reply& reply) {
  transmit(connection, encode(request, reply));
}

void ModelBroker::report_gone() {
  for (const auto& gone : std::exchange(gone_, {})) {
    if (sessions_.contains(gone.client)) give(gone.client, Vanished{gone.id});
  }
}

void ModelBroker::sweep() {
  connections_.forget_silent(surroundings_.agenda.now() - heartbeat_ * limits::kHeartbeatsMissedMax, gone_);
  report_gone();
  after(heartbeat_ / 2, &ModelBroker::sweep);
}

// ── greeter ──────────────────────────────────────────────────────────────────────────────────────────────

void ModelBroker::greet(GreeterItem item) {
  if (greeter_.empty()) after_a_moment(&ModelBroker::run_greeter);
  greeter_.push_back(std::move(item));
}

void ModelBroker::run_greeter() {
  for (auto& item : std::exchange(greeter_, {})) {
    std::visit([this](auto& one) { handle(one); }, item);
  }
}

void ModelBroker::handle(Frame& stranger) {
  auto decoded = decode_request(stranger.bytes);
  if (!decoded.body) return say(stranger.connection, decoded.id, decoded.body.refusal());
  auto* hello = std::get_if<request::Hello>(&*decoded.body);
  if (hello == nullptr) return say(stranger.connection, decoded.id, refuse(RefusalCode::hello_first));
  record(command::Admit{stranger.connection, decoded.id, std::move(hello->name), hash_token(hello->token),
                        hello->run});
}

void ModelBroker::handle(effect::Admitted& admitted) {
  sessions_.try_emplace(admitted.client);
  reply::Welcome welcome;
  welcome.client = admitted.client;
  welcome.name = std::move(admitted.name);
  welcome.is_new = admitted.is_new;
  welcome.epoch = recorder_.state().epoch;
  welcome.feed_port = kFeedPort;
  welcome.heartbeat_ms = static_cast<std::uint64_t>(heartbeat_.count());
  welcome.time = wall_time();
  welcome.rooms = std::move(admitted.rooms);
  if (!connections_.bind(admitted.connection, admitted.client)) {
    gone_.push_back({admitted.connection, admitted.client});
    return report_gone();
  }
  say(admitted.connection, admitted.request, welcome);
}

void ModelBroker::handle(effect::Departed& departed) {
  connections_.bind(departed.connection, {});
  const auto session = sessions_.find(departed.client);
  if (!departed.is_last || session == sessions_.end()) return;
  session->second.has_departed = true;
  run_session(departed.client, session->second);
  sessions_.erase(session);
}

// ── recorder ─────────────────────────────────────────────────────────────────────────────────────────────

void ModelBroker::record(Command command) {
  recorder_.take(std::move(command));
  if (std::exchange(is_recorder_busy_, true)) return;
  after_a_moment(&ModelBroker::run_recorder);
}

void ModelBroker::run_recorder() {
  recorder_.decide(wall_time());
  tell_early();
  after(surroundings_.draw_ms(0, surroundings_.weather.flush_ms_max), &ModelBroker::commit);
}

void ModelBroker::commit() {
  if (is_over_at(CrashPoint::before_commit)) return;
  if (crash_point_ == CrashPoint::in_commit) recorder_.tear_commit();
  if (is_over_at(CrashPoint::in_commit)) return;
  recorder_.commit();
  if (is_over_at(CrashPoint::after_commit)) return;
  after_a_moment(&ModelBroker::tell);
}

void ModelBroker::tell() {
  const auto telling = recorder_.tell();
  if (telling.went_back || telling.touched.is_any()) {
    board_.with([&](auto& shown) {
      const auto& state = recorder_.state();
      shown = telling.went_back ? picture(state) : shown->after(state, telling.touched);
    });
  }
  for (const auto& batch : telling.batches) packer_.add(batch);
  for (const auto& [connection, frame] : telling.said) transmit(connection, frame);
  if (!std::exchange(is_publisher_due_, true)) after_a_moment(&ModelBroker::run_publisher);
  if (is_over_at(CrashPoint::after_publishing)) return run_publisher();
  for (const auto& effect : telling.effects) perform(effect);
  is_recorder_busy_ = recorder_.has_work();
  if (is_recorder_busy_) after_a_moment(&ModelBroker::run_recorder);
}

void ModelBroker::tell_early() {
  if (!surroundings_.has(PlantedBug::acknowledges_before_commit) &&
      !surroundings_.has(PlantedBug::publishes_before_commit)) {
    return;
  }
  auto telling = recorder_.tell_too_early();
  for (const auto& batch : telling.batches) packer_.add(batch);
  for (const auto& [connection, frame] : telling.said) transmit(connection, frame);
  run_publisher();
  for (const auto& effect : telling.effects) perform(effect);
}

void ModelBroker::perform(const Effect& effect) {
  if (const auto* answer = std::get_if<effect::Answer>(&effect)) {
    say(answer->connection, answer->request, answer->reply);
  } else if (const auto* told = std::get_if<effect::Acknowledge>(&effect)) {
    auto acks = told->acks;
    if (told->whole && !told->whole->is_complete_with(acks)) return;
    say(told->connection, told->request, reply::Stored{true, told->room, told->outbox, std::move(acks)});
  } else if (const auto* admitted = std::get_if<effect::Admitted>(&effect)) {
    greet(*admitted);
  } else if (const auto* departed = std::get_if<effect::Departed>(&effect)) {
    if (departed->is_last) recorder_.forget(departed->client);
    greet(*departed);
  } else if (const auto* notice = std::get_if<effect::Notify>(&effect)) {
    packer_.add(Notice{notice->room, recorder_.state().last_at, {notice->what}});
  } else if (const auto* discreet = std::get_if<effect::NotifyMembers>(&effect)) {
    const Reply noticed = reply::Noticed{{discreet->room, recorder_.state().last_at, {discreet->what}}};
    for (const auto connection : discreet->connections) say(connection, RequestId{}, noticed);
  }
}

bool ModelBroker::is_over_at(CrashPoint point) {
  if (crash_point_ != point) return false;
  life_.reset();
  surroundings_.agenda.after(Milliseconds(0), ends_.crashes);
  return true;
}

// ── publisher ────────────────────────────────────────────────────────────────────────────────────────────

void ModelBroker::run_publisher() {
  is_publisher_due_ = false;
  for (auto& [topic, body] : packer_.take_batches()) {
    const bool swaps = surroundings_.has(PlantedBug::swaps_two_events) && surroundings_.dice.once_in(3);
    ends_.publish({std::move(topic), swaps ? swapped(body) : std::move(body)});
  }
  for (auto& [topic, body] : packer_.take_notices()) ends_.publish({std::move(topic), std::move(body)});
}

Bytes ModelBroker::swapped(const Bytes& body) {
  auto batch = decode_batch(body).value();
  if (batch.events.size() > 1) std::swap(batch.events.front(), batch.events.back());
  return encode(batch);
}

void ModelBroker::tick() {
  auto frame = packer_.tick(recorder_.state().epoch, wall_time());
  if (surroundings_.has(PlantedBug::tells_no_heads)) {
    auto tick = decode_tick(frame.body).value();
    tick.heads.clear();
    frame.body = encode(tick);
  }
  ends_.publish({std::move(frame.topic), std::move(frame.body)});
  after(kTick, &ModelBroker::tick);
}

}  // namespace palabre::broker::simulation
