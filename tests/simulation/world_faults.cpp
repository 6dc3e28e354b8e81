#include <array>
#include <utility>

#include "tests/simulation/world.hpp"

/// What goes wrong in a World, and when.
namespace palabre::broker::simulation {

namespace {

constexpr std::uint64_t kRestoredOnceIn = 8;
constexpr std::uint64_t kBareCopyOnceIn = 16;
constexpr std::uint64_t kPrivateRoomsOnceIn = 2;
constexpr std::uint64_t kPartsOnceIn = 2;
/// Before users have come to rest, and after something was stored.
constexpr std::uint64_t kPutBackMsMin = 1000;
constexpr std::uint64_t kPutBackMsMax = 19'000;

}  // namespace

/// Most stores never go back, so that most runs are compared with one store from beginning to end. Drawn
/// apart: a run without scenes is the same whichever there are.
World::Scenes World::scenes_of(std::uint64_t seed) {
  Dice dice(~seed);
  Scenes scenes;
  if (dice.once_in(kRestoredOnceIn)) {
    scenes.copies = Life::Beginning::restored;
  } else if (dice.once_in(kBareCopyOnceIn)) {
    scenes.copies = Life::Beginning::bare_copy;
  }
  scenes.has_private_rooms = dice.once_in(kPrivateRoomsOnceIn);
  scenes.has_parts = dice.once_in(kPartsOnceIn);
  return scenes;
}

void World::plan_copies() {
  if (scenes_.copies == Life::Beginning::new_store) return;
  const auto at = [this](std::uint64_t least, Agenda::Action action) {
    const auto when = static_cast<std::int64_t>(store_dice_.between(least, kPutBackMsMax));
    surroundings_.agenda.after(Milliseconds(when), std::move(action));
  };
  for (auto backups = store_dice_.between(1, 3); backups > 0; --backups) at(0, [this] { lives_.back_up(); });
  for (auto times = store_dice_.between(1, 2); times > 0; --times) {
    // Now and then one after the other.
    const auto how = store_dice_.once_in(8) ? Life::Beginning::bare_copy : scenes_.copies;
    at(kPutBackMsMin, [this, how] { put_back(how); });
  }
}

void World::put_back(Life::Beginning beginning) {
  if (!lives_.has_backup()) return;
  crash_broker(store_dice_.once_in(3));
  surroundings_.trace([&] {
    return beginning == Life::Beginning::restored ? "a backup is restored" : "an old copy is put back";
  });
  lives_.put_back(beginning);
  if (secrecy_) secrecy_->begin_anew();
}

void World::cause_fault() {
  if (is_healing_) return;
  switch (surroundings_.dice.below(4)) {
    case 0: return hurt_broker();
    case 1: return hurt_weather();
    default: return hurt_client(surroundings_.dice.below(clients_.size()));
  }
}

void World::hurt_broker() {
  auto& dice = surroundings_.dice;
  if (!broker_) return;
  if (dice.once_in(3)) return crash_broker(dice.once_in(3));
  constexpr std::array<CrashPoint, 4> kPoints{CrashPoint::before_commit, CrashPoint::in_commit,
                                              CrashPoint::after_commit, CrashPoint::after_publishing};
  broker_->crash_at(kPoints.at(dice.below(kPoints.size())));
}

void World::hurt_client(std::size_t number) {
  auto& client = clients_[number];
  if (!client.is_running()) return;
  switch (surroundings_.dice.below(8)) {
    case 0: return restart(client);
    case 7: client.kill_while_keeping(); return revive(client);
    case 1: return talk_.reset(number);
    case 2: return talk_.stall(number, surroundings_.draw_ms(100, 20'000));
    case 3: return feed_.cut(number);
    case 4: return feed_.stall(number, surroundings_.draw_ms(100, 10'000));
    case 5:
      for (std::size_t each = 0; each < clients_.size(); ++each) talk_.reset(each);
      return;
    default:
      client.set_backlogged(true);
      surroundings_.agenda.after(surroundings_.draw_ms(100, 5000), [&client] {
        if (client.is_running()) client.set_backlogged(false);
      });
  }
}

void World::hurt_weather() {
  auto& weather = surroundings_.weather;
  switch (surroundings_.dice.below(5)) {
    case 0: weather.is_disk_full = true; break;
    case 1: weather.frame_lost_once_in = surroundings_.dice.between(1, 2); break;
    case 2: weather.flush_ms_max = 1000; break;
    case 3: weather.busy_once_in = 2; break;
    default:
      weather.clock_is_off_by_ms = static_cast<std::int64_t>(surroundings_.dice.below(20'000)) - 10'000;
  }
  surroundings_.agenda.after(surroundings_.draw_ms(200, 5000), [this] {
    if (!is_healing_) surroundings_.weather = usual_;
  });
}

}  // namespace palabre::broker::simulation
