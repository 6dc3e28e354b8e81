#include "tests/fuzz/targets/peers_scene.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <zmq.hpp>

#include "tests/fuzz/targets/hostile_peer.hpp"
#include "tests/fuzz/targets/live_broker.hpp"
#include "tests/fuzz/targets/script.hpp"

namespace palabre::fuzz {
namespace {

// So many scripts meet one broker; then it ends, which is tried too, and the next begins with an empty store.
constexpr int kScriptsOfBroker = 2000;
constexpr int kActionsMax = 64;

/// The broker of the moment, somebody honest in it, and those who are not.
class Scene {
 public:
  explicit Scene(bool is_encrypted) : broker_(is_encrypted) {}
  /// What a peer is when a script begins, the one before has left it, or all are new ones.
  void play(Script& script, bool with_new_peers);
  [[nodiscard]] bool is_over() const { return scripts_left_ == 0; }

 private:
  void let_go_of_peers(bool all);
  HostilePeer& peer(std::size_t index);
  std::string next_address();

  LiveBroker broker_;
  Ports ports_ = broker_.ports();
  KeyRing keys_;
  zmq::context_t context_;
  HonestPeer honest_{context_, ports_};
  std::array<std::optional<HostilePeer>, 4> peers_;
  std::uint32_t addresses_ = 0;
  int scripts_left_ = kScriptsOfBroker;
};

void Scene::play(Script& script, bool with_new_peers) {
  let_go_of_peers(with_new_peers);
  for (int actions = 0; actions < kActionsMax && !script.is_at_end(); ++actions) {
    peer(script.number(peers_.size())).act(script);
  }
  for (auto& one : peers_) {
    if (one) one->ask_for_last_answer();
  }
  for (auto& one : peers_) {
    if (one) one->await_last_answer();
  }
  honest_.post();
  for (auto& one : peers_) {
    if (one) one->require_silence();
  }
  --scripts_left_;
}

void Scene::let_go_of_peers(bool all) {
  for (auto& one : peers_) {
    if (one && (all || !one->is_heard())) one.reset();
  }
}

HostilePeer& Scene::peer(std::size_t index) {
  auto& one = peers_[index];
  if (!one) one.emplace(context_, ports_, keys_, index, next_address());
  return *one;
}

/// One of the loopback interface that nobody had before.
std::string Scene::next_address() {
  const auto number = ++addresses_;
  const auto part = [number](unsigned shift) { return std::to_string(1 + (number >> shift) % 128); };
  return "127." + part(14) + "." + part(7) + "." + part(0);
}

}  // namespace

void play(std::string_view input, bool is_encrypted) {
  static std::optional<Scene> scene;
  if (scene && scene->is_over()) scene.reset();
  if (!scene) scene.emplace(is_encrypted);
  Script script(input);
  const bool with_new_peers = script.number(4) == 0;
  scene->play(script, with_new_peers);
}

}  // namespace palabre::fuzz
