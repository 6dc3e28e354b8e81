#pragma once

#include <time.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/bench/load/histogram.hpp"
#include "tests/bench/load/payload.hpp"

namespace palabre::bench {

inline std::uint64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

/// What a run counts, from all its connections. A run has one thread.
struct Tally {
  std::uint64_t sent = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t delivered = 0;
  std::uint64_t bytes_delivered = 0;   ///< what subscribers read, framing included
  std::uint64_t frames_delivered = 0;  ///< where messages are packed
  std::uint64_t largest_frame_messages = 0;
  std::uint64_t largest_frame_bytes = 0;

  bool is_timing = false;        ///< whether each delivery's delay is wanted
  std::uint64_t read_ns = 0;     ///< when the bytes at hand were read
  std::uint64_t count_from = 0;  ///< messages sent before this time are warm-up
  Histogram delays;

  std::string failure;  ///< the first thing that went wrong

  void fail(const std::string& sentence) {
    if (failure.empty()) failure = sentence;
  }
  void add_frame(std::uint64_t messages, std::uint64_t bytes) {
    ++frames_delivered;
    delivered += messages;
    if (messages > largest_frame_messages) {
      largest_frame_messages = messages;
      largest_frame_bytes = bytes;
    }
  }
  void add_delay(std::uint64_t sent_ns) {
    if (sent_ns >= count_from && read_ns >= sent_ns) delays.add(read_ns - sent_ns);
  }
};

/// What one subscriber had of each publisher: 1, 2, 3 … without a hole and without a repeat.
class Ledger {
 public:
  Ledger(Tally& tally, std::size_t publishers) : tally_(tally), last_(publishers, 0) {}

  /// Notes one message; a probe is none.
  void take(const char* text) {
    const auto publisher = read_letters(text);
    if (publisher == kProbe) {
      last_probe_ = read_letters(text + 8);
      return;
    }
    const auto counter = read_letters(text + 8);
    if (publisher >= last_.size()) return tally_.fail("a message of a publisher that is none of ours");
    if (counter != ++last_[publisher]) note_hole(publisher, counter);
    if (tally_.is_timing) tally_.add_delay(read_payload(text).sent_ns);
    ++tally_.delivered;
  }
  [[nodiscard]] std::uint32_t last_probe() const { return last_probe_; }

 private:
  void note_hole(std::uint32_t publisher, std::uint32_t counter) {
    tally_.fail("publisher " + std::to_string(publisher) + ": message " + std::to_string(counter) +
                " came where " + std::to_string(last_[publisher]) + " was due");
    last_[publisher] = counter;
  }

  Tally& tally_;
  std::vector<std::uint32_t> last_;
  std::uint32_t last_probe_ = 0;
};

}  // namespace palabre::bench
