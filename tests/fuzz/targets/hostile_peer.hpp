#pragma once

#include <optional>
#include <string>
#include <zmq.hpp>

#include "tests/fuzz/targets/script.hpp"

namespace palabre::fuzz {

/// One of those who do what the script says, on both ports.
class HostilePeer {
 public:
  HostilePeer(zmq::context_t& context, std::string talk, std::string feed)
      : context_(context), talk_(std::move(talk)), feed_(std::move(feed)) {}

  /// Does the next thing in the script.
  void act(Script& script);
  /// Waits a moment for an answer, so that what was sent has arrived before the connection goes.
  void settle();

 private:
  void connect(Script& script);
  void send_request(Script& script);
  void ask(Script& script);
  void await_reply();
  void send_parts(Script& script);
  void subscribe(Script& script);
  void send_raw(Script& script);
  void read_replies();
  void send(const std::string& frame, zmq::send_flags more = zmq::send_flags::none);
  [[nodiscard]] zmq::socket_t& dealer();

  zmq::context_t& context_;
  std::string talk_;
  std::string feed_;
  std::optional<zmq::socket_t> dealer_;
  std::optional<zmq::socket_t> subscriber_;
};

}  // namespace palabre::fuzz
