#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "schema/ids.hpp"
#include "tests/simulation/surroundings.hpp"

namespace palabre::broker::simulation {

/// The feed port's connections between a PUB socket and SUB sockets: in order, but frames are dropped, and a
/// break is mended by the library without a word, with whatever was said meanwhile lost.
class FeedNetwork {
 public:
  struct Frame {
    std::string topic;
    Bytes body;
  };
  using Receive = std::function<void(std::size_t client, const Frame& frame)>;

  FeedNetwork(Surroundings& surroundings, std::size_t clients, Receive receive)
      : surroundings_(surroundings), receive_(std::move(receive)), sockets_(clients) {}

  // A client's side.
  void open(std::size_t client);
  void close(std::size_t client);
  void subscribe(std::size_t client, std::string topic);
  void unsubscribe(std::size_t client, std::string_view topic);

  // The broker's side.
  void broker_starts() { is_broker_up_ = true; }
  void broker_ends();
  void publish(Frame frame);

  // What goes wrong.
  void cut(std::size_t client);
  void stall(std::size_t client, Milliseconds time);

 private:
  struct Subscription {
    std::string topic;
    Moment effective_at{};  ///< on the present connection; in the order in which they were made
  };
  struct Socket {
    bool is_open = false;
    bool is_connected = false;
    std::uint64_t connection = 0;  ///< counts, over all of the client's sockets
    Moment arrives_at{};           ///< nothing arrives before this
    Moment subscribed_at{};        ///< no subscription takes effect before this
    std::vector<Subscription> subscriptions;
  };

  void attempt(std::size_t client);
  void take_effect(Socket& socket, Subscription& subscription);
  [[nodiscard]] bool is_wanted(const Socket& socket, std::string_view topic) const;

  Surroundings& surroundings_;
  Receive receive_;
  bool is_broker_up_ = false;
  std::vector<Socket> sockets_;
};

}  // namespace palabre::broker::simulation
