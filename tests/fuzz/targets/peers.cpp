#include <array>
#include <memory>

#include "tests/fuzz/targets/hostile_peer.hpp"
#include "tests/fuzz/targets/live_broker.hpp"
#include "tests/fuzz/targets/target.hpp"

namespace palabre::fuzz {
namespace {

// So many scripts meet one broker; then it ends, which is tried too, and the next begins with an empty store.
constexpr int kScriptsOfBroker = 500;
constexpr int kActionsMax = 64;

/// The broker of the moment, and somebody honest in it.
struct Scene {
  LiveBroker broker;
  zmq::context_t context;
  HonestPeer honest{context, broker.talk()};
  int scripts_left = kScriptsOfBroker;
};

Scene& scene() {
  static std::unique_ptr<Scene> current;
  if (current && --current->scripts_left == 0) current.reset();
  if (!current) current = std::make_unique<Scene>();
  return *current;
}

void play(Scene& stage, Script& script) {
  const auto make = [&stage] { return HostilePeer(stage.context, stage.broker.talk(), stage.broker.feed()); };
  std::array<HostilePeer, 4> peers{make(), make(), make(), make()};
  for (int actions = 0; actions < kActionsMax && !script.is_at_end(); ++actions) {
    peers[script.number(peers.size())].act(script);
  }
  for (auto& peer : peers) peer.settle();
}

}  // namespace

/// A script of four peers against a live broker. Whatever they do, the honest one beside them is served.
void take(std::string_view input) {
  Scene& stage = scene();
  Script script(input);
  play(stage, script);
  stage.honest.post();
}

}  // namespace palabre::fuzz
