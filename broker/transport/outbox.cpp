#include "broker/transport/outbox.hpp"

#include <utility>

#include "broker/threads/mailbox.hpp"

namespace palabre::broker {

bool Outbox::Waiting::add(Item item, std::size_t places_taken) {
  places += places_taken;
  items.push_back(std::move(item));
  return items.size() == 1;
}

void Outbox::send(ConnectionId connection, Bytes frame) {
  const bool is_first = waiting_.with([&](Waiting& waiting) {
    const auto places = places_for(frame.size());
    return waiting.places < capacity_ && waiting.add(Outgoing{connection, std::move(frame)}, places);
  });
  if (is_first) wake_up_.ring();
}

void Outbox::send_all(std::vector<Outgoing>& replies) {
  const bool is_first = waiting_.with([&](Waiting& waiting) {
    bool was_empty = false;
    for (auto& reply : replies) {
      if (waiting.places >= capacity_) break;
      const auto places = places_for(reply.frame.size());
      was_empty |= waiting.add(std::move(reply), places);
    }
    return was_empty;
  });
  replies.clear();
  if (is_first) wake_up_.ring();
}

void Outbox::bind(ConnectionId connection, ClientNumber client) { put(Binding{connection, client}); }

void Outbox::unbind(ConnectionId connection) { bind(connection, {}); }

void Outbox::end(ConnectionId connection) { put(Ending{connection}); }

void Outbox::put(Item item) {
  if (waiting_.with([&](Waiting& waiting) { return waiting.add(std::move(item)); })) wake_up_.ring();
}

void Outbox::take(std::vector<Item>& items) {
  items.clear();
  wake_up_.clear();
  waiting_.with([&items](Waiting& waiting) {
    waiting.items.swap(items);
    waiting.places = 0;
  });
}

}  // namespace palabre::broker
