#include "broker/transport/backlog.hpp"

#include <algorithm>

namespace palabre::broker {
namespace {

// What libzmq keeps for each frame, however short.
constexpr std::uint64_t kFrameCost = 64;

}  // namespace

Backlog::Verdict Backlog::judge(const Counts& now, const Allowance& allowance) {
  const auto waits = untaken(now.read, now);
  if (memory_of(waits, now) > allowance.memory) return Verdict::too_much;
  if (waits <= allowance.unfinished) {
    is_suspected_ = false;
    // What libzmq will read now comes without another word from the kernel.
    return untaken(now.received, now) <= allowance.unfinished ? Verdict::fine : Verdict::doubtful;
  }
  // Much waits. As long as the router takes from it, these are whole messages; when everybody had a turn and
  // this connection had nothing to give, it is one without an end.
  if (!is_suspected_ || now.taken.frames != suspected_.taken.frames) {
    is_suspected_ = true;
    suspected_ = now;
  }
  return now.turn >= suspected_.turn + Intake::kTurnsOfAll ? Verdict::too_much : Verdict::doubtful;
}

std::uint64_t Backlog::untaken(std::uint64_t bytes, const Counts& now) const {
  const auto taken = now.taken.bytes - before_.bytes;
  return bytes - std::min(bytes, taken);
}

std::uint64_t Backlog::memory_of(std::uint64_t bytes, const Counts& now) const {
  const auto frames = now.taken.frames - before_.frames;
  const auto taken = now.taken.bytes - before_.bytes;
  // As long as nothing was taken, nobody knows how short they are. The two counters are not read at the same
  // moment: there may be a frame already, and none of its bytes yet.
  return frames == 0 || taken == 0 ? bytes : bytes + bytes * frames / taken * kFrameCost;
}

}  // namespace palabre::broker
