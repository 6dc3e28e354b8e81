#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "schema/codec.hpp"
#include "tests/bench/load/zmtp_dialogue.hpp"

/// What everybody who loads palabre says in the same way.
namespace palabre::bench {

inline constexpr std::string_view kLobby = "lobby";
inline constexpr std::string_view kToken = "a-token-of-the-load-program";

/// A connection to the talk port: says HELLO as `name` and takes reply after reply.
template <class Base>
class TalkDialogue : public ZmtpDialogue<Base> {
 public:
  explicit TalkDialogue(std::string name, const CurveKeys* keys = nullptr, RunId run = {})
      : ZmtpDialogue<Base>("DEALER", keys), name_(std::move(name)), run_(run) {}

  void say(Connection& connection, const Request& request) {
    this->write(connection.out(), encode(next_request(), request));
  }

 protected:
  [[nodiscard]] RequestId next_request() { return {++request_}; }
  virtual void take_reply(Connection& connection, std::string_view frame) = 0;
  [[nodiscard]] request::Hello hello() const {
    return {limits::kProtocolVersion, name_, std::string(kToken), run_};
  }

 private:
  void greeted(Connection& connection) final { say(connection, hello()); }
  bool take(Connection& connection, const ZmtpReader::Frame& frame) final {
    if (!frame.is_whole()) return false;
    take_reply(connection, frame.body);
    return true;
  }

  std::string name_;
  RunId run_;
  std::uint64_t request_ = 0;
};

}  // namespace palabre::bench
