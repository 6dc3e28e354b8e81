#include <algorithm>
#include <vector>

#include "broker/transport/doorkeeper.hpp"
#include "tests/fuzz/targets/target.hpp"

namespace palabre::fuzz {
namespace {

using broker::AdmittedKeys;
using broker::Doorkeeper;
using broker::Strangers;

const CurveKey kAdmitted(kKeyBytes, 'a');
const CurveKey kBarred(kKeyBytes, 'b');
const CurveKey kOwn(kKeyBytes, 'o');

struct Known {
  Known() {
    keys.admit(kAdmitted);
    keys.bar(kBarred);
  }
  AdmittedKeys keys;
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

void judge(const std::vector<std::string>& frames, const Doorkeeper::Answer& answer, bool newcomers) {
  const auto key = key_shown(frames);
  demand(answer[0] == "1.0", "an answer is one of RFC 27");
  demand(answer[1] == (frames.size() > 1 ? frames[1] : ""), "an answer names its question");
  const bool is_known = key == kAdmitted || key == kOwn;
  const bool may_say_hello = newcomers && !key.empty() && key != kBarred && frames[2] == "talk";
  demand((answer[2] == "200") == (is_known || may_say_hello), "who may connect is let in, and nobody else");
  demand(key != kBarred || answer[2] == "400", "who is banned is told not to come again");
  demand(broker::key_of(answer[4]) == key, "a user id names the key");
}

}  // namespace

/// Questions that libzmq would never ask, and some that it would, to both doorkeepers that a broker may have.
void take(std::string_view input) {
  static const Known known;
  static Doorkeeper newcomers(Strangers::at_talk, known.keys, kOwn, nullptr);
  static Doorkeeper members(Strangers::nowhere, known.keys, kOwn, nullptr);
  const auto frames = frames_in(input);
  judge(frames, newcomers.answer(frames), true);
  judge(frames, members.answer(frames), false);
}

}  // namespace palabre::fuzz
