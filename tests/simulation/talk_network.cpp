#include "tests/simulation/talk_network.hpp"

#include <algorithm>
#include <utility>

namespace palabre::broker::simulation {

void TalkNetwork::open(std::size_t client) {
  close(client);
  attempt(client, sockets_[client].number);
}

void TalkNetwork::close(std::size_t client) {
  auto& socket = sockets_[client];
  if (socket.connection != kNone) cut(socket.connection);
  socket.connection = kNone;
  ++socket.number;
  socket.unsent.clear();
}

void TalkNetwork::send(std::size_t client, Bytes frame) {
  auto& socket = sockets_[client];
  if (surroundings_.dice.once_in(surroundings_.weather.request_lost_once_in)) return;
  if (socket.connection == kNone) {
    socket.unsent.push_back(std::move(frame));
  } else {
    transmit(socket.connection, std::move(frame));
  }
}

/// libzmq tries again and again, until the socket is closed.
void TalkNetwork::attempt(std::size_t client, std::uint64_t socket) {
  surroundings_.agenda.after(surroundings_.draw_ms(0, surroundings_.weather.delay_ms_max), [=, this] {
    if (sockets_[client].number != socket) return;
    if (is_broker_up_) return connect(client);
    surroundings_.agenda.after(surroundings_.draw_ms(200, 1000), [=, this] { attempt(client, socket); });
  });
}

void TalkNetwork::connect(std::size_t client) {
  auto& socket = sockets_[client];
  socket.connection = connections_.size();
  connections_.push_back({client, socket.number});
  for (auto& frame : std::exchange(socket.unsent, {})) transmit(socket.connection, std::move(frame));
  ends_.goes_up(client);
}

void TalkNetwork::transmit(std::size_t number, Bytes frame) {
  auto& connection = connections_[number];
  if (connection.is_cut) return;
  const auto delay = surroundings_.draw_ms(0, surroundings_.weather.delay_ms_max);
  connection.to_broker_at = std::max(connection.to_broker_at, surroundings_.agenda.now() + delay);
  surroundings_.agenda.at(connection.to_broker_at, [this, number, frame = std::move(frame)] {
    if (connections_[number].reaches_broker) ends_.broker_receives(std::to_string(number), frame);
  });
}

std::size_t TalkNetwork::client_of(std::string_view routing_id) const {
  return connections_.at(std::stoul(std::string(routing_id))).client;
}

bool TalkNetwork::reply(std::string_view routing_id, const Bytes& frame) {
  const auto number = std::stoul(std::string(routing_id));
  auto& connection = connections_.at(number);
  if (connection.is_gone) return false;
  const auto delay = surroundings_.draw_ms(0, surroundings_.weather.delay_ms_max);
  connection.to_client_at = std::max(connection.to_client_at, surroundings_.agenda.now() + delay);
  surroundings_.agenda.at(connection.to_client_at, [this, number, client = connection.client, frame] {
    if (sockets_[client].connection == number && !connections_[number].is_cut)
      ends_.client_receives(client, frame);
  });
  return true;
}

/// What is on its way still arrives, or does not. The end follows what was sent.
void TalkNetwork::cut(std::size_t number) {
  auto& connection = connections_[number];
  if (std::exchange(connection.is_cut, true)) return;
  if (surroundings_.dice.once_in(2)) connection.reaches_broker = false;
  if (surroundings_.dice.once_in(3)) return;
  surroundings_.agenda.at(connection.to_broker_at, [this, number] { connections_[number].is_gone = true; });
}

void TalkNetwork::lose(std::size_t client, Milliseconds notice_after) {
  const auto number = sockets_[client].connection;
  if (number == kNone) return;
  cut(number);
  surroundings_.agenda.after(notice_after, [this, client, number] {
    if (sockets_[client].connection != number) return;
    sockets_[client].connection = kNone;
    const auto socket = sockets_[client].number;
    ends_.goes_down(client);
    // Unless that made the client open another one.
    if (sockets_[client].number == socket) attempt(client, socket);
  });
}

void TalkNetwork::broker_ends(bool is_silent) {
  is_broker_up_ = false;
  for (auto& connection : connections_) connection.reaches_broker = false;
  for (std::size_t client = 0; client < sockets_.size(); ++client) {
    // Without a word: the client's kernel learns of it when what it sends meets the next broker, if ever.
    const auto notice = is_silent ? surroundings_.draw_ms(1000, 30'000) : surroundings_.draw_ms(0, 50);
    lose(client, notice);
  }
}

void TalkNetwork::reset(std::size_t client) { lose(client, surroundings_.draw_ms(0, 20)); }

void TalkNetwork::stall(std::size_t client, Milliseconds time) {
  const auto number = sockets_[client].connection;
  if (number == kNone) return;
  auto& connection = connections_[number];
  const auto until = surroundings_.agenda.now() + time;
  connection.to_broker_at = std::max(connection.to_broker_at, until);
  // Sometimes one direction only.
  if (!surroundings_.dice.once_in(3)) connection.to_client_at = std::max(connection.to_client_at, until);
}

}  // namespace palabre::broker::simulation
