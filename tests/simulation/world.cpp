#include "tests/simulation/world.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "tests/simulation/checker.hpp"

namespace palabre::broker::simulation {
namespace {

using namespace std::chrono_literals;

constexpr Milliseconds kLife = 20s;
/// So soon after the last fault everybody has everything due (invariant I4).
constexpr Milliseconds kRecovery = 30s;
/// For what should not come any more.
constexpr Milliseconds kAfterlife = 1500ms;
/// A program that does so much within one moment does not rest.
constexpr int kStepsOfAMomentMax = 2000;

Milliseconds draw_heartbeat(Dice& dice) {
  constexpr std::array<Milliseconds, 3> kHeartbeats{1s, 2s, 5s};
  return kHeartbeats.at(dice.below(kHeartbeats.size()));
}

Weather draw_weather(Dice& dice) {
  Weather weather;
  if (dice.once_in(3)) weather.request_lost_once_in = dice.between(10, 100);
  if (dice.once_in(3)) weather.reply_lost_once_in = dice.between(10, 100);
  if (dice.once_in(2)) weather.frame_lost_once_in = dice.between(3, 20);
  if (dice.once_in(3)) weather.busy_once_in = dice.between(5, 30);
  if (dice.once_in(2)) weather.delay_ms_max = dice.between(2, 300);
  if (dice.once_in(3)) weather.step_ms_max = dice.between(1, 50);
  if (dice.once_in(3)) weather.flush_ms_max = dice.between(3, 300);
  return weather;
}

}  // namespace

World::World(std::uint64_t seed, PlantedBug bug, Scenes scenes)
    : surroundings_{{}, Dice(seed), {}, bug, scenes.has_parts},
      store_dice_(~seed),
      scenes_(scenes),
      lives_(bug),
      heartbeat_(draw_heartbeat(surroundings_.dice)),
      talk_(surroundings_, 5,
            {[this](const auto& routing_id, const auto& frame) {
               if (broker_) broker_->receive(routing_id, frame);
             },
             [this](std::size_t client, const auto& frame) { clients_[client].receive(frame); },
             [this](std::size_t client) { clients_[client].talk_up(); },
             [this](std::size_t client) { clients_[client].talk_down(); }}),
      feed_(surroundings_, 5,
            [this](std::size_t client, const auto& frame) { clients_[client].receive(frame); }),
      usual_(draw_weather(surroundings_.dice)) {
  surroundings_.weather = usual_;
  if (scenes_.has_private_rooms) secrecy_.emplace(lives_.disk());
  const auto clients = surroundings_.dice.between(3, 5);
  for (std::size_t index = 0; index < clients; ++index) {
    clients_.emplace_back(index, surroundings_, lives_, ModelClient::Networks{talk_, feed_},
                          private_rooms_of(index, clients));
  }
}

/// A room with each neighbour in the round, and that to which alice lets people in.
std::vector<std::string> World::private_rooms_of(std::size_t client, std::size_t clients) const {
  if (!scenes_.has_private_rooms) return {};
  return {"@" + ModelClient::name_of((client + 1) % clients),
          "@" + ModelClient::name_of((client + clients - 1) % clients), ModelClient::name_of(0) + "/tea"};
}

std::optional<std::string> World::run() {
  try {
    plan();
    run_until(surroundings_.agenda.now() + kLife);
    heal();
    run_until_settled();
  } catch (const std::exception& error) {
    return error.what();
  }
  if (secrecy_ && secrecy_->breach()) return secrecy_->breach();
  std::vector<const Account*> accounts;
  for (const auto& client : clients_) accounts.push_back(&client.account());
  return check(accounts, lives_.all());
}

World::Happenings World::happenings() const {
  Happenings happenings;
  const auto lives = lives_.all();
  happenings.stored = lives.back().store.messages.size();
  happenings.crashes = crashes_;
  happenings.until_settled = std::chrono::duration_cast<Milliseconds>(settled_at_ - healed_at_);
  for (const auto& life : lives) {
    if (life.beginning == Life::Beginning::restored) ++happenings.restored;
    if (life.beginning == Life::Beginning::bare_copy) ++happenings.bare_copies;
  }
  for (const auto& client : clients_) {
    happenings.refused += static_cast<std::size_t>(std::ranges::count(
        client.account().posts, Account::Fate::refused, [](const auto& post) { return post.fate; }));
    for (const auto& following : client.account().followings) {
      happenings.handed_over += following.messages.size();
    }
  }
  return happenings;
}

void World::Happenings::add(const Happenings& more) {
  stored += more.stored;
  refused += more.refused;
  handed_over += more.handed_over;
  crashes += more.crashes;
  restored += more.restored;
  bare_copies += more.bare_copies;
  until_settled = std::max(until_settled, more.until_settled);
}

// ── what will happen ─────────────────────────────────────────────────────────────────────────────────────

void World::plan() {
  surroundings_.agenda.after(surroundings_.draw_ms(0, 1000), [this] { start_broker(); });
  for (std::size_t client = 0; client < clients_.size(); ++client) plan_actions(client);
  for (auto faults = surroundings_.dice.below(10); faults > 0; --faults) {
    surroundings_.agenda.after(surroundings_.draw_ms(500, kLife.count()), [this] { cause_fault(); });
  }
  plan_copies();
}

void World::plan_actions(std::size_t number) {
  auto& client = clients_[number];
  surroundings_.agenda.after(surroundings_.draw_ms(0, 2000), [&client] {
    if (!client.is_running()) client.start();
    client.follow("lobby");
  });
  if (number == 0 && scenes_.has_private_rooms) {
    surroundings_.agenda.after(surroundings_.draw_ms(2000, 4000), [&client] {
      if (client.is_running()) client.follow(client.own_room());
    });
  }
  for (auto actions = surroundings_.dice.between(4, 16); actions > 0; --actions) {
    surroundings_.agenda.after(surroundings_.draw_ms(100, kLife.count()), [&client] {
      if (client.is_running()) client.act();
    });
  }
}

void World::heal() {
  is_healing_ = true;
  surroundings_.trace([] { return "all is healed"; });
  healed_at_ = surroundings_.agenda.now();
  surroundings_.weather = {};
  if (!broker_) {
    start_broker();
  } else {
    broker_->crash_at(CrashPoint::none);
  }
  for (auto& client : clients_) {
    client.spare();
    if (!client.is_running()) client.start();
    client.set_backlogged(false);
    client.follow("lobby");
    client.post();
  }
}

// ── those who fail ───────────────────────────────────────────────────────────────────────────────────────

void World::start_broker() {
  if (broker_) return;
  surroundings_.trace([] { return "broker starts"; });
  broker_.emplace(
      surroundings_, lives_.disk(), heartbeat_,
      ModelBroker::Ends{[this](auto routing_id, const auto& frame) { return reply(routing_id, frame); },
                        [this](FeedNetwork::Frame frame) { publish(std::move(frame)); },
                        [this] { crash_broker(surroundings_.dice.once_in(3)); }});
  talk_.broker_starts();
  feed_.broker_starts();
}

bool World::reply(std::string_view routing_id, const Bytes& frame) {
  if (secrecy_) secrecy_->hear(ModelClient::name_of(talk_.client_of(routing_id)), frame);
  return talk_.reply(routing_id, frame);
}

void World::publish(FeedNetwork::Frame frame) {
  if (secrecy_) secrecy_->hear(frame);
  feed_.publish(std::move(frame));
}

void World::crash_broker(bool is_silent) {
  if (!broker_) return;
  ++crashes_;
  surroundings_.trace([&] { return is_silent ? "broker ends without a word" : "broker ends"; });
  broker_.reset();
  talk_.broker_ends(is_silent);
  feed_.broker_ends();
  surroundings_.agenda.after(surroundings_.draw_ms(50, is_healing_ ? 50 : 5000), [this] { start_broker(); });
}

void World::restart(ModelClient& client) {
  client.kill();
  revive(client);
}

void World::revive(ModelClient& client) {
  surroundings_.agenda.after(surroundings_.draw_ms(10, 3000), [&client] {
    if (client.is_running()) return;
    client.start();
    client.follow("lobby");
  });
}

// ── time ─────────────────────────────────────────────────────────────────────────────────────────────────

void World::run_until(Moment end) {
  auto& agenda = surroundings_.agenda;
  int steps_of_a_moment = 0;
  for (;;) {
    const auto before = agenda.now();
    const auto next = agenda.next_at(end);
    const auto sleeper = std::ranges::min_element(clients_, {}, &ModelClient::wake_at);
    if (std::min(next, sleeper->wake_at()) >= end) break;
    if (sleeper->wake_at() <= next) {
      agenda.pass_to(sleeper->wake_at());
      sleeper->wake();
    } else {
      agenda.run_next();
    }
    steps_of_a_moment = agenda.now() == before ? steps_of_a_moment + 1 : 0;
    if (steps_of_a_moment > kStepsOfAMomentMax) {
      throw std::runtime_error(sleeper->account().name + " does not come to rest");
    }
  }
  agenda.pass_to(end);
}

void World::run_until_settled() {
  auto& agenda = surroundings_.agenda;
  while (!is_settled()) {
    // The checker says what is missing.
    if (agenda.now() > healed_at_ + kRecovery) return;
    run_until(agenda.now() + 250ms);
  }
  settled_at_ = agenda.now();
  run_until(agenda.now() + kAfterlife);
  // What a killed program had sent may have come in the last moment.
  while (!is_settled() && agenda.now() < healed_at_ + kRecovery) run_until(agenda.now() + 250ms);
}

bool World::is_settled() {
  const auto image = lives_.disk().load();
  return std::ranges::all_of(clients_, [&](const auto& client) { return client.is_settled(image); });
}

}  // namespace palabre::broker::simulation
