#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <zmq.hpp>

#include "client/link_keys.hpp"
#include "client/moment.hpp"

namespace palabre {

/// The client's ZeroMQ sockets, with the options that ZeroMQ's traps ask for. Lives and dies on the link's
/// thread.
class LinkSockets {
 public:
  enum class TalkChange : std::uint8_t {
    none,
    up,
    down,
    handshake_failed,
    another_key,
    not_zeromq,
    not_admitted
  };

  struct FeedFrame {
    zmq::message_t topic;
    zmq::message_t body;
  };

  /// `server` is tcp://HOST:PORT; `wake_descriptor` ends wait() when it is readable.
  LinkSockets(std::string server, LinkKeys keys, int wake_descriptor);

  /// A new DEALER instead of the old one, whose unsent frames are dropped. Throws zmq::error_t.
  void open_talk();
  /// A new SUB instead of the old one, to `port` on the host of the talk address. Throws zmq::error_t.
  void open_feed(std::uint16_t port);
  void close();
  void subscribe(std::string_view topic);
  void unsubscribe(std::string_view topic);
  void send(std::string_view frame);

  /// Waits until something can be received, the descriptor is readable or the time is over.
  void wait(Milliseconds timeout);
  /// What has come, without waiting; nothing when there is no more. Messages of a wrong number of frames are
  /// skipped.
  [[nodiscard]] std::optional<zmq::message_t> receive_talk();
  [[nodiscard]] std::optional<FeedFrame> receive_feed();
  /// The next change of the talk connection, if any.
  [[nodiscard]] std::optional<TalkChange> next_change();

 private:
  [[nodiscard]] zmq::socket_t make(zmq::socket_type type);

  std::string server_;
  LinkKeys keys_;
  int wake_descriptor_;
  zmq::context_t context_;
  zmq::socket_t talk_;
  zmq::socket_t monitor_;
  zmq::socket_t feed_;
  unsigned monitors_made_ = 0;
};

}  // namespace palabre
