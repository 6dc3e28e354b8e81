#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>

#include "broker/domain/connection.hpp"
#include "schema/messages.hpp"

namespace palabre::broker {

/// A read of stored messages, and where its answer goes.
struct ReadTask {
  Origin origin;
  std::variant<request::History, request::Row, request::Audit> wanted;
};

/// Reads that wait, and whose turn it is: that of the client for whom least time was spent with reading. So
/// who asks for a page now and then waits for the one that is being read, and not for all that others have
/// asked for before; who asks for much shares the time. A client's reads are begun in their order, one at a
/// time. Pure.
///
///   alice  4 ms   ▢▢▢▢▢▢▢▢          dora comes: she begins where the one of least time is,
///   bob    5 ms   ▢▢▢▢▢             and is next; then alice again
///   dora   4 ms   ▢
class ReadingQueue {
 public:
  using Time = std::chrono::nanoseconds;

  explicit ReadingQueue(std::size_t capacity) : capacity_(capacity) {}

  /// Takes it, unless the client has as many waiting as a sixteenth of the places that are free: there is one
  /// left then for who has none waiting, however many others are at their bound.
  [[nodiscard]] bool put(ReadTask task);
  /// What is to be read next; nothing when each client that waits is being read for. Call done() after it.
  [[nodiscard]] std::optional<ReadTask> next();
  void done(ClientNumber client, Time took);

  [[nodiscard]] bool has_next() const { return !turns_.empty(); }
  /// Who waits, is being served, or was lately.
  [[nodiscard]] std::size_t known_clients() const { return lines_.size(); }

 private:
  struct Line {
    std::list<ReadTask> tasks;
    Time used{};
    bool is_served = false;
  };
  /// How much time was used, and in which order it was lined up.
  using Turn = std::tuple<Time, std::uint64_t, ClientNumber>;

  void line_up(ClientNumber client, const Line& line) { turns_.emplace(line.used, ++lined_up_, client); }
  void forget_idle();

  const std::size_t capacity_;
  std::size_t waiting_ = 0;
  std::size_t served_ = 0;  ///< clients that are being read for
  std::uint64_t lined_up_ = 0;
  Time least_{};  ///< what who was served last had used: nobody who waits has used less
  std::unordered_map<ClientNumber, Line> lines_;
  std::set<Turn> turns_;                          ///< who waits and is not being served
  std::set<std::pair<Time, ClientNumber>> idle_;  ///< who waits for nothing, but has used more than `least_`
};

}  // namespace palabre::broker
