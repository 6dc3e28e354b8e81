#pragma once

#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/ids.hpp"
#include "tests/simulation/surroundings.hpp"

namespace palabre::broker::simulation {

/// The talk port's connections between DEALER sockets and a ROUTER. Each carries frames in order both ways,
/// late or until it breaks. A broken one is noticed at once, or by nobody; what was on it arrives, even after
/// its client speaks on another one, or never.
class TalkNetwork {
 public:
  struct Ends {
    std::function<void(const std::string& routing_id, const Bytes& frame)> broker_receives;
    std::function<void(std::size_t client, const Bytes& frame)> client_receives;
    std::function<void(std::size_t client)> goes_up;
    std::function<void(std::size_t client)> goes_down;
  };

  TalkNetwork(Surroundings& surroundings, std::size_t clients, Ends ends)
      : surroundings_(surroundings), ends_(std::move(ends)), sockets_(clients) {}

  // A client's side.
  /// A new socket instead of the old one, whose unsent frames are dropped.
  void open(std::size_t client);
  void close(std::size_t client);
  void send(std::size_t client, Bytes frame);

  // The broker's side.
  void broker_starts() { is_broker_up_ = true; }
  /// With a farewell of its kernel, or without a word, as when the power fails.
  void broker_ends(bool is_silent);
  /// False when nobody is at the other end any more.
  bool reply(std::string_view routing_id, const Bytes& frame);
  /// Whose connection it is, or was.
  [[nodiscard]] std::size_t client_of(std::string_view routing_id) const;

  // What goes wrong.
  void reset(std::size_t client);
  /// Nothing gets through for so long, and everything does then.
  void stall(std::size_t client, Milliseconds time);

 private:
  struct Connection {
    std::size_t client;
    std::uint64_t socket;   ///< which of the client's sockets it belongs to
    Moment to_broker_at{};  ///< nothing arrives before this
    Moment to_client_at{};
    bool is_cut = false;         ///< takes nothing more, and nothing of it reaches the client
    bool reaches_broker = true;  ///< what is on its way does
    bool is_gone = false;        ///< the broker's kernel knows of its end
  };
  struct Socket {
    std::uint64_t number = 0;
    std::size_t connection = kNone;
    std::deque<Bytes> unsent;
  };
  static constexpr std::size_t kNone = ~std::size_t{0};

  void attempt(std::size_t client, std::uint64_t socket);
  void connect(std::size_t client);
  void transmit(std::size_t number, Bytes frame);
  void cut(std::size_t connection);
  void lose(std::size_t client, Milliseconds notice_after);

  Surroundings& surroundings_;
  Ends ends_;
  bool is_broker_up_ = false;
  std::vector<Socket> sockets_;
  std::vector<Connection> connections_;
};

}  // namespace palabre::broker::simulation
