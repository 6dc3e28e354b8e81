#pragma once

#include <atomic>
#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>
#include <zmq.hpp>

#include "broker/session/greeter.hpp"
#include "broker/session/registry.hpp"
#include "broker/threads/moment.hpp"
#include "broker/transport/arrivals.hpp"
#include "broker/transport/connections.hpp"
#include "broker/transport/guard.hpp"
#include "broker/transport/outbox.hpp"
#include "broker/transport/reply_budget.hpp"
#include "broker/transport/tcp_connection.hpp"

namespace palabre::broker {

/// The sole owner of the talk port's ROUTER socket. Hands each session what came for it since the last
/// wake-up, and the greeter what belongs to nobody; sends what waits in the outbox; forgets connections that
/// fell silent. Never waits for anybody.
class Router {
 public:
  struct Options {
    std::string address;  ///< as ZeroMQ binds it: tcp://127.0.0.1:8420, or tcp://127.0.0.1:* for a free port
    std::chrono::milliseconds heartbeat;
    std::uint64_t unread_reply_bytes = 16 * 1024 * 1024;  ///< beyond it a client's replies are dropped
    CurveKey secret = {};                                 ///< encrypts; empty: nothing is encrypted
  };

  /// Binds, and throws zmq::error_t when that fails. The thread starts with start().
  Router(zmq::context_t& context, Options options, Outbox& outbox, Guard& guard);
  ~Router() { finish(); }

  /// Where it is bound. Remembered, because any thread may ask and the socket belongs to one.
  [[nodiscard]] const std::string& endpoint() const { return endpoint_; }
  void start(Registry& registry, Greeter& greeter);
  /// From now on every request is refused as `stopping`. Any thread may call it.
  void refuse_all() { is_stopping_ = true; }
  /// Sends what is left in the outbox and ends the thread; the socket lingers a moment to get it out.
  void finish();

 private:
  /// What a connection came on, and what it said before anybody was welcome on it, or in several frames: as
  /// how many messages that counts.
  struct Line {
    TcpConnection connection;
    std::size_t refused = 0;
  };

  [[nodiscard]] bool is_encrypted() const { return !options_.secret.empty(); }
  void run();
  void receive();
  [[nodiscard]] bool receive_one(Moment now);
  void sort(std::string_view routing_id, zmq::message_t& body, bool has_more, Moment now);
  void note_new(ConnectionId connection, int descriptor);
  [[nodiscard]] bool is_one_too_many(ConnectionId connection, std::string_view frame);
  void hand_over(ClientNumber client, std::span<RequestFrame> requests);
  void greet(RequestFrame request);
  void refuse_frame(ConnectionId connection, std::string_view frame, const Refusal& refusal);
  void send_waiting();
  void transmit(const Outgoing& reply);
  void transmit(const Outbox::Binding& binding);
  void transmit(const Outbox::Ending& ending);
  void forget_silent();
  void report_gone();

  const Options options_;
  Outbox& outbox_;
  Guard& guard_;
  Intake& intake_;
  ReplyBudget unread_;
  zmq::socket_t socket_;
  std::string endpoint_;
  Registry* registry_ = nullptr;
  Greeter* greeter_ = nullptr;
  Connections connections_;
  std::unordered_map<ConnectionId, Line> lines_;
  Arrivals arrivals_;
  ConnectionId newest_;
  std::size_t bytes_taken_ = 0;                ///< at this wake-up
  std::size_t taken_in_turn_ = 0;              ///< messages since everybody last had one taken
  std::vector<Connections::Connection> gone_;  ///< to be told of when their requests have been handed over
  std::vector<Outbox::Item> taken_;
  Moment next_sweep_;
  std::atomic<bool> is_stopping_ = false;
  std::atomic<bool> has_ended_ = false;
  std::jthread thread_;
};

}  // namespace palabre::broker
