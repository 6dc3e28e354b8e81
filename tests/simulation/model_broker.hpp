#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "broker/domain/ports.hpp"
#include "broker/session/reads.hpp"
#include "broker/transport/connections.hpp"
#include "broker/transport/feed_packer.hpp"
#include "tests/simulation/feed_network.hpp"
#include "tests/simulation/model_recorder.hpp"
#include "tests/support/memory_journal.hpp"

namespace palabre::broker::simulation {

/// Where in the way of a batch the broker is to end.
enum class CrashPoint : std::uint8_t { none, before_commit, in_commit, after_commit, after_publishing };

/// One run of a broker, from its start on a disk to its end: the real domain, directory, reads, connection
/// book and packers, with a model of the threads between them. Each thread is a queue that has its turn a
/// moment after something came; a broker that is destroyed takes its queues with it.
class ModelBroker {
 public:
  struct Ends {
    std::function<bool(std::string_view routing_id, const Bytes& frame)> reply;
    std::function<void(FeedNetwork::Frame frame)> publish;
    std::function<void()> crashes;  ///< destroys this broker
  };

  ModelBroker(Surroundings& surroundings, broker::MemoryJournal& disk, Milliseconds heartbeat, Ends ends);

  void receive(const std::string& routing_id, const Bytes& frame);
  void crash_at(CrashPoint point) { crash_point_ = point; }

 private:
  struct Frame {
    broker::ConnectionId connection;
    Bytes bytes;
  };
  struct Vanished {
    broker::ConnectionId connection;
  };
  struct Session {
    /// What came, and the parts of a POST that are still to come from here.
    using Item = std::variant<Frame, Vanished, broker::command::Post>;
    std::deque<Item> items;
    bool has_departed = false;
  };
  using GreeterItem = std::variant<Frame, broker::effect::Admitted, broker::effect::Departed>;

  // model_broker.cpp: router
  void transmit(broker::ConnectionId connection, const Bytes& frame);
  void say(broker::ConnectionId connection, RequestId request, const Reply& reply);
  void report_gone();
  void sweep();
  // greeter
  void greet(GreeterItem item);
  void run_greeter();
  void handle(Frame& stranger);
  void handle(broker::effect::Admitted& admitted);
  void handle(broker::effect::Departed& departed);
  // model_sessions.cpp
  void give(ClientNumber client, Session::Item item);
  void run_session_later(ClientNumber client);
  void run_session(ClientNumber client, Session& session);
  void answer(ClientNumber client, Session& session, const Frame& frame);
  void post(const broker::Origin& origin, request::Post post, Session& session);
  void answer_read(ClientNumber client, const broker::Origin& origin, const Request& request);
  template <class Read>
  [[nodiscard]] ClientNumber reader_of(ClientNumber client, const Read& read) const;
  void plant_in(Reply& reply);
  // model_broker.cpp: recorder
  void record(broker::Command command);
  void run_recorder();
  void commit();
  void tell();
  void tell_early();
  void perform(const broker::Effect& effect);
  [[nodiscard]] bool is_over_at(CrashPoint point);
  // publisher
  void run_publisher();
  void tick();
  [[nodiscard]] Bytes swapped(const Bytes& batch);

  /// Does it later, unless the broker has ended by then.
  void after(Milliseconds delay, void (ModelBroker::*step)());
  void after_a_moment(void (ModelBroker::*step)());
  [[nodiscard]] TimeMs wall_time() const;

  Surroundings& surroundings_;
  broker::MemoryJournal& disk_;
  const Milliseconds heartbeat_;
  const Ends ends_;
  std::shared_ptr<const bool> life_ = std::make_shared<const bool>();

  ModelRecorder recorder_;
  broker::DirectoryBoard board_;
  broker::Reads reads_;
  broker::Connections connections_;
  std::vector<broker::Connections::Connection> gone_;
  std::map<ClientNumber, Session> sessions_;
  std::deque<GreeterItem> greeter_;
  broker::FeedPacker packer_;
  bool is_recorder_busy_ = false;
  bool is_publisher_due_ = false;
  CrashPoint crash_point_ = CrashPoint::none;
};

}  // namespace palabre::broker::simulation
