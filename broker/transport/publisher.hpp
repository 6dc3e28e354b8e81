#pragma once

#include <chrono>
#include <string>
#include <thread>
#include <variant>
#include <vector>
#include <zmq.hpp>

#include "broker/domain/ports.hpp"
#include "broker/threads/mailbox.hpp"
#include "broker/threads/moment.hpp"
#include "broker/transport/audience.hpp"
#include "broker/transport/canary.hpp"
#include "broker/transport/feed_packer.hpp"
#include "broker/transport/guard.hpp"

namespace palabre::broker {

/// The sole owner of the feed port's PUB socket: sends what waits, packed, and a tick each second. A
/// subscriber whose pipe is full loses frames, sees the gap, and asks the talk port; nobody waits for it. But
/// when the feed as a whole falls behind, as the canary tells, or most of its audience does, sending pauses:
/// the queue fills, the recorder waits, and acknowledgements slow down before healthy subscribers lose
/// anything.
class Publisher : public Feed {
 public:
  struct Options {
    std::string address;  ///< as Router::Options::address
    std::size_t capacity;
    int high_water_mark;   ///< frames that may wait for one subscriber
    CurveKey secret = {};  ///< encrypts; empty: nothing is encrypted
    KeyPair own = {};      ///< with encryption: the canary's, which must be admitted
  };

  using Item = std::variant<PackedBatch, Notice>;
  /// What one that waits holds.
  struct ItemBytes {
    std::size_t operator()(const Item& item) const;
  };

  /// Binds, and throws zmq::error_t when that fails. The thread starts with start().
  Publisher(zmq::context_t& context, Options options, WallClock clock, Guard& guard);
  ~Publisher() override { finish(); }

  /// Where it is bound. Remembered, because any thread may ask and the socket belongs to one.
  [[nodiscard]] const std::string& endpoint() const { return endpoint_; }
  void start(Epoch epoch);
  /// Sends what was taken and ends the thread; the socket lingers a moment to get it out.
  void finish();

  /// Somebody came to the feed, or went. Any thread may say so.
  void tell_audience(const ConnectionEvent& event) { audience_.hear(event); }

  void publish(PackedBatch batch) override { mailbox_.push(std::move(batch)); }
  void notify(Notice notice) override { mailbox_.push(std::move(notice)); }

 private:
  void run();
  [[nodiscard]] Moment next_deadline() const;
  void send_all(const std::vector<FeedPacker::Frame>& frames);
  void send_notices_when_due(Moment now);
  void send_tick_when_due(Moment now);
  void send(const FeedPacker::Frame& frame);

  const WallClock clock_;
  Epoch epoch_;
  Mailbox<Item, ItemBytes> mailbox_;
  FeedPacker packer_;
  zmq::socket_t socket_;
  Audience audience_;
  std::string endpoint_;
  Canary canary_;
  Moment next_tick_;
  Moment next_notices_;
  std::jthread thread_;
};

}  // namespace palabre::broker
