#include "broker/transport/outbox.hpp"

#include <algorithm>
#include <limits>
#include <ranges>
#include <utility>

namespace palabre::broker {
namespace {

constexpr auto kNoBound = std::numeric_limits<std::size_t>::max();

}  // namespace

void Outbox::send(ConnectionId connection, Bytes frame) {
  put(Outgoing{connection, std::move(frame)}, capacity_);
}

void Outbox::send_all(std::vector<Outgoing>& replies) {
  const bool was_empty = items_.with([&](std::vector<Item>& items) {
    const auto held = items.size();
    const auto space = capacity_ - std::min(capacity_, held);
    const auto taken =
        std::views::take(replies, static_cast<std::ptrdiff_t>(std::min(space, replies.size())));
    for (auto& reply : taken) items.emplace_back(std::move(reply));
    return held == 0 && !items.empty();
  });
  replies.clear();
  if (was_empty) wake_up_.ring();
}

void Outbox::bind(ConnectionId connection, ClientNumber client) {
  put(Binding{connection, client}, kNoBound);
}

void Outbox::unbind(ConnectionId connection) { bind(connection, {}); }

void Outbox::end(ConnectionId connection) { put(Ending{connection}, kNoBound); }

void Outbox::put(Item item, std::size_t capacity) {
  const bool was_empty = items_.with([&](std::vector<Item>& items) {
    if (items.size() >= capacity) return false;
    items.push_back(std::move(item));
    return items.size() == 1;
  });
  if (was_empty) wake_up_.ring();
}

void Outbox::take(std::vector<Item>& items) {
  items.clear();
  wake_up_.clear();
  items_.with([&items](std::vector<Item>& waiting) { waiting.swap(items); });
}

}  // namespace palabre::broker
