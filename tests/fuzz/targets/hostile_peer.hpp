#pragma once

#include <optional>
#include <string>
#include <zmq.hpp>

#include "tests/fuzz/targets/script.hpp"

namespace palabre::fuzz {

/// Where a broker listens, both ports on the loopback interface.
struct Ports {
  std::string talk;
  std::string feed;
};

/// One of those who do what the script says, on both ports and from an address of its own, so that nobody
/// else is held back for what it does.
class HostilePeer {
 public:
  HostilePeer(zmq::context_t& context, const Ports& ports, std::string address)
      : context_(context), ports_(ports), address_(std::move(address)) {}

  /// Does the next thing in the script.
  void act(Script& script);

  /// Asks for a last answer, and waits for it a moment: then what was sent has arrived.
  void ask_for_last_answer();
  void await_last_answer();
  /// Whether the broker answered when it was waited for. A connection that it shut out, for a routing id that
  /// somebody else has or for what it did, is waited for only once.
  [[nodiscard]] bool is_heard() const { return is_heard_; }

 private:
  void connect(Script& script);
  void send_request(Script& script);
  void ask(Script& script);
  void await_reply(RequestId last);
  void send_parts(Script& script);
  void subscribe(Script& script);
  void send_raw(Script& script);
  void read_replies();
  RequestId check(const zmq::message_t& reply);
  void send(const std::string& frame, zmq::send_flags more = zmq::send_flags::none);
  [[nodiscard]] zmq::socket_t& dealer();
  [[nodiscard]] std::string from_here(const std::string& endpoint) const;

  zmq::context_t& context_;
  const Ports& ports_;
  std::string address_;
  bool is_heard_ = true;
  RequestId last_asked_;
  std::optional<zmq::socket_t> dealer_;
  std::optional<zmq::socket_t> subscriber_;
};

}  // namespace palabre::fuzz
