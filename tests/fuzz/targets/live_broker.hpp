#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <zmq.hpp>

#include "broker/broker.hpp"
#include "schema/codec.hpp"
#include "schema/keys.hpp"
#include "tests/fuzz/targets/target.hpp"

namespace palabre::fuzz {

/// Where a broker listens, both ports on the loopback interface.
struct Ports {
  std::string talk;
  std::string feed;
  CurveKey key;  ///< the broker's; empty: nothing is encrypted
};

/// Before it connects. Requires a broker that encrypts.
void encrypt(zmq::socket_t& socket, const CurveKey& broker, const KeyPair& own);

/// A broker in this process, on free ports of the loopback interface, with a folder of its own.
class LiveBroker {
 public:
  explicit LiveBroker(bool is_encrypted);
  ~LiveBroker();
  LiveBroker(const LiveBroker&) = delete;
  LiveBroker& operator=(const LiveBroker&) = delete;

  [[nodiscard]] Ports ports() const;

 private:
  std::filesystem::path directory_;
  std::optional<broker::Broker> broker_;
};

/// Somebody who keeps to the protocol beside those who do not, and must be served whatever they do.
class HonestPeer {
 public:
  HonestPeer(zmq::context_t& context, const Ports& ports);

  /// Posts a message and waits until it is stored.
  void post();

 private:
  [[nodiscard]] Reply ask(const Request& request);

  zmq::socket_t socket_;
  RequestId last_request_;
  Counter last_counter_;
};

}  // namespace palabre::fuzz
