#include "broker/transport/zap.hpp"

#include <algorithm>
#include <vector>

#include "tests/fuzz/targets/target.hpp"

namespace palabre::fuzz {
namespace {

using broker::AdmittedKeys;
using broker::Strangers;

const CurveKey kAdmitted(kKeyBytes, 'a');
const CurveKey kBarred(kKeyBytes, 'b');
const CurveKey kOwn(kKeyBytes, 'o');

/// The handler's thread, and a socket that asks in libzmq's place.
class Asker {
 public:
  explicit Asker(Strangers strangers) : zap_(context_, strangers, keys_, kOwn) {
    keys_.admit(kAdmitted);
    keys_.bar(kBarred);
    socket_.connect("inproc://zeromq.zap.01");
  }

  std::vector<std::string> ask(const std::vector<std::string>& frames) {
    for (const auto& frame : frames) {
      const bool is_last = &frame == &frames.back();
      socket_.send(zmq::buffer(frame), is_last ? zmq::send_flags::none : zmq::send_flags::sndmore);
    }
    std::vector<std::string> reply;
    zmq::message_t frame;
    do {
      demand(socket_.recv(frame).has_value(), "every question is answered");
      reply.push_back(frame.to_string());
    } while (frame.more());
    return reply;
  }

 private:
  static zmq::socket_t make(zmq::context_t& context) {
    zmq::socket_t socket(context, zmq::socket_type::req);
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::rcvtimeo, 10'000);
    return socket;
  }

  zmq::context_t context_;
  AdmittedKeys keys_;
  broker::Zap zap_;
  zmq::socket_t socket_ = make(context_);
};

/// Each frame is behind a byte with its length; `a` to `o` alone stand for keys.
std::vector<std::string> frames_in(std::string_view bytes) {
  std::vector<std::string> frames;
  while (!bytes.empty()) {
    const auto length = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    auto frame = std::string(bytes.substr(0, length));
    bytes.remove_prefix(frame.size());
    if (frame.size() == 1 && frame[0] >= 'a' && frame[0] <= 'o') frame.assign(kKeyBytes, frame[0]);
    frames.push_back(std::move(frame));
  }
  if (frames.empty()) frames.emplace_back();
  return frames;
}

std::string key_shown(const std::vector<std::string>& frames) {
  const bool has_key = frames.size() == 7 && frames[5] == "CURVE" && frames[6].size() == kKeyBytes;
  return has_key ? frames[6] : std::string{};
}

void judge(const std::vector<std::string>& frames, const std::vector<std::string>& reply, bool newcomers) {
  const auto key = key_shown(frames);
  demand(reply.size() == 6 && reply[0] == "1.0", "a reply has the parts of RFC 27");
  demand(reply[1] == (frames.size() > 1 ? frames[1] : ""), "a reply names its question");
  const bool is_known = key == kAdmitted || key == kOwn;
  const bool may_say_hello = newcomers && !key.empty() && key != kBarred && frames[2] == "talk";
  demand((reply[2] == "200") == (is_known || may_say_hello), "who may connect is let in, and nobody else");
  demand(key != kBarred || reply[2] == "400", "who is banned is told not to come again");
  demand(broker::key_of(reply[4]) == key, "a user id names the key");
}

}  // namespace

/// Questions that libzmq would never ask, and some that it would, to both handlers that a broker may have.
void take(std::string_view input) {
  static Asker newcomers(Strangers::at_talk);
  static Asker members(Strangers::nowhere);
  const auto frames = frames_in(input);
  judge(frames, newcomers.ask(frames), true);
  judge(frames, members.ask(frames), false);
}

}  // namespace palabre::fuzz
