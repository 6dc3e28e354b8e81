#pragma once

#include <cstdint>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "broker/domain/state.hpp"
#include "tests/support/stored_message.hpp"

namespace palabre::broker {

/// What a few clients with a few connections, rooms and outboxes might send, the sensible and the silly, from
/// a seed. Small numbers, so that everything soon meets everything.
class RandomCommands {
 public:
  /// Looks at `state` to say what makes sense at the moment, most of the time.
  RandomCommands(std::uint64_t seed, const State& state) : engine_(seed), state_(state) {}

  /// One of `count`, from 0.
  std::uint64_t below(std::uint64_t count) { return engine_() % count; }
  bool once_in(std::uint64_t times) { return below(times) == 0; }

  Command next() {
    const auto kind = below(16);
    if (kind < 3) return admit();
    if (kind < 4) return depart();
    if (kind < 6) return command::Join{origin(), room()};
    if (kind < 7) return command::Leave{origin(), room()};
    if (kind < 8 && once_in(2)) return command::Operate{{++last_request_}, order()};
    return post();
  }

 private:
  static constexpr std::uint64_t kClients = 4;

  RequestId request() { return {++last_request_}; }
  ClientNumber client() { return {static_cast<std::uint32_t>(1 + below(kClients))}; }
  std::string name() { return "client" + std::to_string(below(kClients)); }
  ConnectionId connection() { return {1 + below(2 * kClients)}; }
  std::string room() {
    static const std::vector<std::string> kRooms{"lobby", "tea", "lobby", "wine", "team"};
    return kRooms[below(kRooms.size())];
  }
  /// Mostly a room of the client's.
  std::string room(ClientNumber client) {
    const auto& own = state_.rooms.rooms_of(client);
    if (own.empty() || once_in(4)) return room();
    return state_.rooms.at(*std::next(own.begin(), static_cast<long>(below(own.size())))).name;
  }
  command::Admit admit() {
    return {connection(), request(), name(), once_in(8) ? "wrong" : "right", RunId{below(3)}};
  }
  command::Depart depart() {
    auto from = origin();
    if (once_in(2)) from.request = {};
    return {from};
  }
  Origin origin() {
    const auto from = connection();
    return {once_in(8) ? client() : state_.roster.owner_of(from), from, request()};
  }

  Order order() {
    if (once_in(3)) return order::Ban{name(), "spam"};
    return order::Unban{name()};
  }

  command::Post post() {
    const auto from = origin();
    const OutboxId outbox{1 + below(2)};
    auto& last = last_counters_[{from.client, outbox}];
    if (const auto known = state_.matrix.last_counter(from.client, outbox)) last = known->value;
    // Mostly what is due; else a repeat or a leap.
    const Counter counter{once_in(3) ? 1 + below(last + 3) : last + 1};
    std::vector<std::string> texts(1 + below(3));
    for (auto& text : texts) text = "text" + std::to_string(last_request_) + std::string(below(3), '!');
    return {from, {room(from.client), outbox, counter, texts_of(texts)}};
  }

  std::mt19937_64 engine_;
  const State& state_;
  std::uint64_t last_request_ = 0;
  std::map<std::pair<ClientNumber, OutboxId>, std::uint64_t> last_counters_;
};

}  // namespace palabre::broker
