#pragma once

#include <functional>
#include <thread>

#include "client/conversation.hpp"
#include "client/link_keys.hpp"
#include "client/signalled_queue.hpp"

namespace palabre {

/// Carries a Conversation over sockets, on a thread of its own named `palabre-link`: the only one that
/// touches them. link_sockets.* and link.cpp are all of the client that knows ZeroMQ.
class Link {
 public:
  /// Run on the link's thread, one after the other.
  using Command = std::function<void(Conversation&, Moment)>;

  /// What the link tells its owner; called on the link's thread. `keep` may be empty.
  struct Listener {
    std::function<void(const std::vector<KeptRecord>&)> keep;  ///< throws std::runtime_error when it cannot
    std::function<void(Events)> events;
    std::function<void(Finished)> finished;
    std::function<bool()> is_backlogged;             ///< the events are not read fast enough
    std::function<void(const Problem&)> broke_down;  ///< the machine failed; nothing more will come
  };

  /// `options.client.server` must be tcp://HOST:PORT.
  Link(Conversation::Options options, LinkKeys keys, Listener listener);
  /// Says goodbye and waits for the answer, at most a second.
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  void tell(Command command);

 private:
  class Loop;

  void run(const Conversation::Options& options, const LinkKeys& keys);

  Listener listener_;
  SignalledQueue<Command> commands_;
  std::jthread thread_;  ///< last, so that it ends before what it uses
};

}  // namespace palabre
