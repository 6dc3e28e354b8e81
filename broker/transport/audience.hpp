#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "broker/threads/guarded.hpp"
#include "broker/threads/moment.hpp"
#include "broker/transport/connection_monitor.hpp"

namespace palabre::broker {

/// The connections to the feed, and whether most of them keep up. A PUB socket drops in silence for whoever
/// reads too slowly; the kernel knows sooner, because what a reader has no space for waits here. So when half
/// of those who read at all have much waiting, the publisher pauses. Whoever does not read has no say: one
/// sleeper must not slow anybody, and neither must a sleeping room. Lives on the publisher's thread.
class Audience {
 public:
  /// Somebody came to the feed, or went. Any thread may say so.
  void hear(const ConnectionEvent& event);

  /// Counts what was sent to everybody.
  void sent(std::size_t bytes) { unseen_ += bytes; }
  /// Returns when most keep up, after a second at most.
  void wait_until_most_keep_up();
  /// Whether half or more of those who read have much waiting, by a look at some of them.
  [[nodiscard]] bool is_behind();

  [[nodiscard]] std::size_t size() const { return readers_.size(); }

 private:
  struct Reader {
    int descriptor;              ///< libzmq's: only ever asked about
    std::uint64_t acked = 0;     ///< bytes that reached the other side, when last looked at
    Moment moved_at = Moment{};  ///< when that last grew
  };
  enum class Pace : std::uint8_t { keeps_up, slow, asleep };

  void note_comings_and_goings();
  [[nodiscard]] static Pace pace_of(Reader& reader, Moment now);

  Guarded<std::vector<ConnectionEvent>> news_;
  std::vector<ConnectionEvent> events_;  ///< taken from there
  std::vector<Reader> readers_;
  std::size_t next_ = 0;    ///< where the next look begins
  std::size_t unseen_ = 0;  ///< bytes sent since the last look
};

}  // namespace palabre::broker
