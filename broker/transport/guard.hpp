#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>
#include <zmq.hpp>

#include "broker/threads/alarm.hpp"
#include "broker/threads/guarded.hpp"
#include "broker/threads/moment.hpp"
#include "broker/threads/wake_up.hpp"
#include "broker/transport/backlog.hpp"
#include "broker/transport/connection_caps.hpp"
#include "broker/transport/connection_monitor.hpp"
#include "broker/transport/feed_input.hpp"
#include "broker/transport/held_addresses.hpp"
#include "broker/transport/input_watch.hpp"
#include "broker/transport/memory_return.hpp"
#include "broker/transport/newcomers.hpp"

namespace palabre::broker {

/// The thread named guard: ends connections whose peers use libzmq against us, which bounds a frame, but
/// neither how many of them make a message, nor subscriptions, nor connections. It is woken by the kernel
/// when something comes, looks at those connections only, and a few thousand times a second at most. What it
/// ends is one connection, never an identity; its address may make no other for a while.
///
///   talk: what libzmq has read and the router has not taken    feed: what a subscriber sent
class Guard {
 public:
  struct Options {
    ConnectionCaps::Limits caps;
    Backlog::Allowance talk;
    std::uint64_t feed_bytes_max;  ///< a subscriber's input at once, at most; less where rooms are few
  };
  struct Ports {
    /// Has the router look whether something came.
    std::function<void()> wake_router;
    /// How many rooms the feed carries: who subscribes to much more than all of them is not let go on.
    std::function<std::size_t()> count_rooms;
    /// Hears who comes to the feed and goes, on this thread.
    std::function<void(const ConnectionEvent&)> tell_audience;
    /// Hears whom it ends and why, on this thread, once a second at most, and how many that were since it
    /// last heard; may be empty.
    std::function<void(const std::string& address, std::string_view reason, std::size_t ended)> tell_log;
    /// Has somebody look how much memory there is, a few times a second on this thread; may be empty.
    std::function<void()> look_at_memory = {};
  };

  explicit Guard(Options options);
  ~Guard() { finish(); }
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  /// Watch a socket from now on, on the thread that owns it, before it binds.
  void watch_talk(zmq::context_t& context, zmq::socket_t& talk) { talk_.emplace(context, talk, "talk"); }
  void watch_feed(zmq::context_t& context, zmq::socket_t& feed) { feed_.emplace(context, feed, "feed"); }
  /// Where the router counts what it takes.
  [[nodiscard]] Intake& intake() { return intake_; }
  /// Who shall not even shake hands.
  [[nodiscard]] const Guarded<Quarantine>& quarantine() const { return held_.quarantine(); }

  /// Requires that both sockets are watched and bound, and tells their ports.
  void start(Ports ports, std::uint16_t talk_port, std::uint16_t feed_port);
  /// Ends the thread. The sockets may be closed before or after; the monitors go with this object.
  void finish();

  /// Has a connection ended for what it said, and its address in quarantine. Any thread may call it.
  void accuse(const TcpConnection& connection);
  /// Has every connection to the feed ended, in less than half a second: that is the time for what was sent
  /// until now to arrive. Any thread may call it.
  void end_feed();

 private:
  /// A connection as long as it is open.
  struct Visitor {
    TcpConnection connection;
    std::variant<Backlog, FeedInput> input;  ///< by its port
    bool is_ended = false;
  };
  using Visitors = std::unordered_map<int, Visitor>;
  /// When connections of one port are looked at.
  struct Looks {
    const std::chrono::microseconds pause_min;
    const int pause_for_each;  ///< how many times as long as a look takes
    InputWatch input{};
    std::vector<int> doubtful{};  ///< descriptors to be looked at again, whatever comes
    Moment next{};
  };

  void run();
  void wait();
  void note_comings_and_goings();
  void note(const ConnectionEvent& event, std::uint16_t port);
  void admit(const TcpConnection& connection);
  /// Among those who are strangers at first; the stalest of them may have to go. False when there is none.
  [[nodiscard]] bool make_place_for(const TcpConnection& stranger, Moment now);
  void forget(int descriptor, std::uint16_t port);
  void look_when_due(Looks& looks);
  void look_at(Visitor& visitor);
  [[nodiscard]] Looks& looks_of(const Visitor& visitor);
  [[nodiscard]] Backlog::Verdict judge(int descriptor, Backlog& backlog);
  [[nodiscard]] Backlog::Verdict judge(int descriptor, FeedInput& input) const;
  [[nodiscard]] Backlog::Counts counts_of(int descriptor) const;
  /// True once, when the time has come.
  [[nodiscard]] bool take_feed_end();
  void end_all_of_feed();
  /// For what it did: its address is in quarantine from now on.
  void end_offender(Visitor& visitor, std::string_view reason);
  void end_accused();
  void end(Visitor& visitor, std::string_view reason);
  void tell(const PeerAddress& peer, std::string_view reason);
  void look_at_memory_when_due();
  void give_memory_back_when_due();

  const Options options_;
  Ports ports_;
  Intake intake_;
  ConnectionCaps caps_;
  Newcomers newcomers_;
  HeldAddresses held_;
  std::optional<ConnectionMonitor> talk_;
  std::optional<ConnectionMonitor> feed_;
  std::uint16_t talk_port_ = 0;
  std::uint16_t feed_port_ = 0;
  Looks talk_looks_;
  Looks feed_looks_;
  WakeUp wake_up_;
  Alarm alarm_;
  std::atomic<bool> has_ended_ = false;
  std::atomic<bool> is_feed_to_end_ = false;
  Guarded<std::vector<TcpConnection>> accused_;
  std::optional<Moment> feed_ends_at_;
  Visitors visitors_;       ///< by descriptor
  std::vector<int> heard_;  ///< where something came since the last look
  /// By descriptor: what the router had taken from it at the last look. What a new connection is counted
  /// from, because its own first messages may be taken before it is heard of.
  std::unordered_map<int, Intake::Taken> taken_;
  MemoryReturn memory_;
  std::optional<Moment> memory_look_at_;  ///< nothing: nobody looks
  std::size_t untold_ = 0;                ///< connections ended that the log has not heard of
  Moment next_word_ = Moment{};
  std::jthread thread_;
};

}  // namespace palabre::broker
