#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "tests/bench/load/options.hpp"
#include "tests/bench/load/peers.hpp"
#include "tests/bench/load/poller.hpp"
#include "tests/bench/load/tally.hpp"

namespace palabre::bench {

/// What a run measured between the end of its warm-up and its last second.
struct Figures {
  double seconds = 0;
  std::uint64_t messages = 0;  ///< sent
  std::uint64_t acknowledged = 0;
  std::uint64_t delivered = 0;
  std::uint64_t bytes_delivered = 0;
  std::uint64_t frames_delivered = 0;
  double processor_seconds = 0;  ///< what the load itself used
  Histogram lateness;            ///< delay: of the sender itself
};

/// All connections of a run, and the two forms of load: a window that is kept full, or a steady rate.
class Run {
 public:
  explicit Run(const Options& options);

  /// Connects everything and waits until every subscription is in force. Throws when that takes too long.
  void prepare();

  [[nodiscard]] Figures keep_window_full();
  [[nodiscard]] Figures keep_rate();

  /// Waits for all that is under way; what does not come is a failure.
  void drain();

  [[nodiscard]] const Tally& tally() const { return tally_; }

 private:
  struct Publisher {
    std::unique_ptr<Poster> poster;
    std::unique_ptr<Connection> connection;
  };

  void connect_publishers();
  std::unique_ptr<Connection> subscribe();
  [[nodiscard]] bool are_publishers_ready() const;
  [[nodiscard]] bool is_ready() const;
  [[nodiscard]] bool is_all_here() const;
  [[nodiscard]] std::uint64_t messages_under_way() const;
  void fill_window();
  void fill_shared_window();
  void fill_own_windows();
  void post(Publisher& publisher, std::size_t messages, std::uint64_t sent_ns);
  std::uint64_t post_due(std::uint64_t began, std::uint64_t now, Histogram& lateness);
  void poll_once(std::uint64_t timeout_ns);

  Options options_;
  Tally tally_;
  Poller poller_;
  Peers peers_;
  std::vector<Publisher> publishers_;
  std::vector<std::unique_ptr<Dialogue>> dialogues_;
  std::vector<std::unique_ptr<Connection>> subscribers_;
  std::vector<std::unique_ptr<Connection>> sleepers_;
  std::size_t turn_ = 0;  ///< the publisher that is given the odd message
};

}  // namespace palabre::bench
