#pragma once

#include <cstdio>
#include <string>
#include <utility>

#include "tests/simulation/agenda.hpp"
#include "tests/simulation/dice.hpp"
#include "tests/simulation/planted_bug.hpp"

namespace palabre::broker::simulation {

/// How bad things are at the moment: one in so many, 0 is never.
struct Weather {
  std::uint64_t request_lost_once_in = 0;  ///< the client's pipe was full
  std::uint64_t reply_lost_once_in = 0;    ///< the router's was
  std::uint64_t frame_lost_once_in = 0;    ///< a subscriber's was
  std::uint64_t busy_once_in = 0;          ///< a mailbox was
  std::uint64_t delay_ms_max = 2;          ///< of a frame
  std::uint64_t step_ms_max = 1;           ///< until a thread of the broker has its turn
  std::uint64_t flush_ms_max = 3;
  bool is_disk_full = false;
  std::int64_t clock_is_off_by_ms = 0;
};

/// What every model of a run shares.
struct Surroundings {
  Agenda agenda;
  Dice dice;
  Weather weather;
  PlantedBug bug;
  bool has_parts = false;  ///< POSTs of several texts are stored in parts
  bool is_traced = false;  ///< print what happens, for people who look into one seed

  Milliseconds draw_ms(std::uint64_t least, std::uint64_t most) {
    return Milliseconds(static_cast<std::int64_t>(dice.between(least, most)));
  }
  [[nodiscard]] bool has(PlantedBug wanted) const { return bug == wanted; }
  /// `describe` gives the line, and is not called unless somebody looks.
  template <class Describe>
  void trace(Describe describe) const {
    if (!is_traced) return;
    const auto time = std::chrono::duration_cast<Milliseconds>(agenda.now().time_since_epoch()).count();
    std::printf("%7lld %s\n", static_cast<long long>(time - 3'600'000), std::string(describe()).c_str());
  }
};

}  // namespace palabre::broker::simulation
