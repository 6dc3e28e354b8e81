#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <zmq.hpp>

#include "broker/broker.hpp"
#include "schema/codec.hpp"
#include "tests/fuzz/targets/target.hpp"

namespace palabre::fuzz {

/// A broker in this process, on free ports of the loopback interface, with a folder of its own.
class LiveBroker {
 public:
  LiveBroker();
  ~LiveBroker();
  LiveBroker(const LiveBroker&) = delete;
  LiveBroker& operator=(const LiveBroker&) = delete;

  [[nodiscard]] std::string talk() const { return broker_->talk_endpoint(); }
  [[nodiscard]] std::string feed() const { return broker_->feed_endpoint(); }

 private:
  std::filesystem::path directory_;
  std::optional<broker::Broker> broker_;
};

/// Somebody who keeps to the protocol beside those who do not, and must be served whatever they do.
class HonestPeer {
 public:
  HonestPeer(zmq::context_t& context, const std::string& talk);

  /// Posts a message and waits until it is stored.
  void post();

 private:
  [[nodiscard]] Reply ask(const Request& request);

  zmq::socket_t socket_;
  RequestId last_request_;
  Counter last_counter_;
};

}  // namespace palabre::fuzz
