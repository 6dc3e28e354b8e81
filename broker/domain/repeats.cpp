#include "broker/domain/repeats.hpp"

namespace palabre::broker {

std::size_t count_repeats(State& state, Journal& journal, const command::Post& post) {
  const auto client = post.origin.client;
  const auto outbox = post.post.outbox;
  if (!state.matrix.last_counter(client, outbox)) {
    state.matrix.learn(client, outbox, journal.last_counter(client, outbox));
  }
  return count_repeats(state, post);
}

bool look_up_originals(Journal& journal, command::Post& post, std::size_t repeats) {
  auto& originals = post.originals;
  while (originals.size() < repeats) {
    const auto first = post.post.counter.plus(originals.size());
    const auto found =
        journal.originals(post.origin.client, post.post.outbox, first, repeats - originals.size());
    if (found.empty()) return false;
    for (const auto& [room, sequence, column, at] : found) {
      originals.push_back({room, {post.post.counter.plus(originals.size()), sequence, column, at}});
    }
  }
  return true;
}

}  // namespace palabre::broker
