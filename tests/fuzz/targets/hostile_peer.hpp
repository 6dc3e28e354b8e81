#pragma once

#include <array>
#include <optional>
#include <string>
#include <zmq.hpp>

#include "tests/fuzz/targets/live_broker.hpp"
#include "tests/fuzz/targets/script.hpp"

namespace palabre::fuzz {

/// The key pairs of those whom one broker meets, made once: a name is its first key's for ever.
struct KeyRing {
  std::array<KeyPair, 4> peers{make_key_pair(), make_key_pair(), make_key_pair(), make_key_pair()};
  KeyPair outsider = make_key_pair();      ///< of whom no HELLO ever comes
  KeyPair other_broker = make_key_pair();  ///< taken for this one's by who has a wrong invitation
};

/// One of those who do what the script says, on both ports and from an address of its own, so that nobody
/// else is held back for what it does. Where the broker encrypts, the script says with which keys; the
/// broker may say nothing to a connection that cannot have been let in.
class HostilePeer {
 public:
  HostilePeer(zmq::context_t& context, const Ports& ports, const KeyRing& keys, std::size_t number,
              std::string address)
      : context_(context), ports_(ports), keys_(keys), number_(number), address_(std::move(address)) {}

  /// Does the next thing in the script.
  void act(Script& script);

  /// Asks for a last answer, and waits for it a moment: then what was sent has arrived.
  void ask_for_last_answer();
  void await_last_answer();
  /// Whoever cannot have been let in has no answer and nothing of the feed, where somebody has just posted.
  void require_silence();
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
  [[nodiscard]] bool take_keys(zmq::socket_t& socket, Script& script, bool at_feed) const;

  zmq::context_t& context_;
  const Ports& ports_;
  const KeyRing& keys_;
  std::size_t number_;
  std::string address_;
  bool is_heard_ = true;
  bool is_let_in_ = true;
  bool is_let_in_at_feed_ = true;
  RequestId last_asked_;
  std::optional<zmq::socket_t> dealer_;
  std::optional<zmq::socket_t> subscriber_;
};

}  // namespace palabre::fuzz
