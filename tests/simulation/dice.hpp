#pragma once

#include <cstdint>

namespace palabre::broker::simulation {

/// All chance of a run, from its seed (SplitMix64: two seeds that differ in a bit share nothing).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15U;
    auto mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31U);
  }
  /// One of `count`, from 0.
  std::uint64_t below(std::uint64_t count) { return next() % count; }
  std::uint64_t between(std::uint64_t least, std::uint64_t most) { return least + below(most - least + 1); }
  /// Never when `times` is 0.
  bool once_in(std::uint64_t times) { return times != 0 && below(times) == 0; }

 private:
  std::uint64_t state_;
};

}  // namespace palabre::broker::simulation
