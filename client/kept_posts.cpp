#include "client/kept_posts.hpp"

#include <utility>

namespace palabre {

void KeptPosts::apply(const KeptRecord& record) {
  std::visit([this](const auto& one) { take(one); }, record);
}

void KeptPosts::take(const kept::Posted& posted) {
  const auto counter = std::exchange(next_counter, next_counter.next());
  last = posted.ticket;
  texts.add(posted.room, posted.text);
  pending.push_back({posted.ticket, posted.room, posted.text, outbox, counter});
}

void KeptPosts::take(const kept::Began& began) {
  outbox = began.outbox;
  next_counter = Counter{1};
  for (auto& post : pending) {
    if (post.ticket < began.from) continue;
    post.outbox = outbox;
    post.counter = std::exchange(next_counter, next_counter.next());
  }
}

void KeptPosts::take(const kept::Stored& stored) {
  while (!pending.empty() && pending.front().ticket <= stored.through) pending.pop_front();
}

void KeptPosts::take(const kept::Refused& told) {
  refused += std::erase_if(pending, [&](const Post& post) { return post.ticket == told.ticket; });
}

}  // namespace palabre
