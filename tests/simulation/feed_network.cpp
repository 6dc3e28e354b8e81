#include "tests/simulation/feed_network.hpp"

#include <algorithm>
#include <utility>

namespace palabre::broker::simulation {

void FeedNetwork::open(std::size_t client) {
  close(client);
  sockets_[client].is_open = true;
  attempt(client);
}

void FeedNetwork::close(std::size_t client) {
  auto& socket = sockets_[client];
  const auto connection = socket.connection + 1;
  socket = {};
  socket.connection = connection;
}

void FeedNetwork::subscribe(std::size_t client, std::string topic) {
  auto& socket = sockets_[client];
  if (!socket.is_open) return;
  socket.subscriptions.push_back({std::move(topic)});
  if (socket.is_connected) take_effect(socket, socket.subscriptions.back());
}

void FeedNetwork::unsubscribe(std::size_t client, std::string_view topic) {
  auto& subscriptions = sockets_[client].subscriptions;
  const auto found = std::ranges::find(subscriptions, topic, &Subscription::topic);
  if (found != subscriptions.end()) subscriptions.erase(found);
}

void FeedNetwork::attempt(std::size_t client) {
  const auto delay = surroundings_.draw_ms(0, surroundings_.weather.delay_ms_max);
  surroundings_.agenda.after(delay, [this, client, connection = sockets_[client].connection] {
    auto& socket = sockets_[client];
    if (!socket.is_open || socket.connection != connection) return;
    if (!is_broker_up_) {
      return surroundings_.agenda.after(surroundings_.draw_ms(200, 1000), [this, client, connection] {
        if (sockets_[client].connection == connection) attempt(client);
      });
    }
    socket.is_connected = true;
    for (auto& subscription : socket.subscriptions) take_effect(socket, subscription);
  });
}

void FeedNetwork::take_effect(Socket& socket, Subscription& subscription) {
  const auto delay = surroundings_.draw_ms(0, surroundings_.weather.delay_ms_max);
  socket.subscribed_at = std::max(socket.subscribed_at, surroundings_.agenda.now() + delay);
  subscription.effective_at = socket.subscribed_at;
}

bool FeedNetwork::is_wanted(const Socket& socket, std::string_view topic) const {
  return std::ranges::any_of(socket.subscriptions, [&](const Subscription& one) {
    return one.effective_at <= surroundings_.agenda.now() && topic.starts_with(one.topic);
  });
}

void FeedNetwork::publish(Frame frame) {
  const auto shared = std::make_shared<const Frame>(std::move(frame));
  for (std::size_t client = 0; client < sockets_.size(); ++client) {
    auto& socket = sockets_[client];
    if (!socket.is_connected || !is_wanted(socket, shared->topic)) continue;
    if (surroundings_.dice.once_in(surroundings_.weather.frame_lost_once_in)) continue;
    const auto delay = surroundings_.draw_ms(0, surroundings_.weather.delay_ms_max);
    socket.arrives_at = std::max(socket.arrives_at, surroundings_.agenda.now() + delay);
    surroundings_.agenda.at(socket.arrives_at, [this, client, shared, connection = socket.connection] {
      if (sockets_[client].connection == connection) receive_(client, *shared);
    });
  }
}

void FeedNetwork::cut(std::size_t client) {
  auto& socket = sockets_[client];
  if (!socket.is_connected) return;
  socket.is_connected = false;
  ++socket.connection;
  socket.arrives_at = socket.subscribed_at = {};
  surroundings_.agenda.after(surroundings_.draw_ms(200, 1000),
                             [this, client, connection = socket.connection] {
                               if (sockets_[client].connection == connection) attempt(client);
                             });
}

void FeedNetwork::broker_ends() {
  is_broker_up_ = false;
  for (std::size_t client = 0; client < sockets_.size(); ++client) cut(client);
}

void FeedNetwork::stall(std::size_t client, Milliseconds time) {
  auto& socket = sockets_[client];
  socket.arrives_at = std::max(socket.arrives_at, surroundings_.agenda.now() + time);
}

}  // namespace palabre::broker::simulation
