#pragma once

#include <thread>
#include <variant>

#include "broker/domain/commands.hpp"
#include "broker/domain/ports.hpp"
#include "broker/session/reads.hpp"
#include "broker/session/registry.hpp"
#include "broker/threads/mailbox.hpp"

namespace palabre::broker {

/// The thread that talks to connections nobody has said HELLO on, and opens and closes sessions as the
/// recorder decides. It may wait for the recorder; the recorder never waits for it.
class Greeter : public Door {
 public:
  /// What a WELCOME says beside the decision.
  struct Options {
    std::size_t capacity;
    std::uint16_t feed_port;
    std::uint64_t heartbeat_ms;
  };

  Greeter(Options options, Mailbox<Command>& recorder, Registry& registry, Switchboard& switchboard,
          const DirectoryBoard& board, WallClock clock);
  ~Greeter() override { finish(); }

  /// A request from a connection that is nobody's yet; left as it is unless it is taken. Never waits.
  Push greet(RequestFrame& request);

  void admitted(effect::Admitted admitted) override;
  void departed(effect::Departed departed) override;

  /// Takes nothing more and joins the thread.
  void finish();

 private:
  using Item = std::variant<RequestFrame, effect::Admitted, effect::Departed>;

  void run();
  void handle(RequestFrame& stranger);
  void handle(effect::Admitted& admitted);
  void handle(effect::Departed& departed);

  const Options options_;
  Mailbox<Command>& recorder_;
  Registry& registry_;
  Switchboard& switchboard_;
  const DirectoryBoard& board_;
  const WallClock clock_;
  Mailbox<Item> mailbox_;
  std::jthread thread_;
};

}  // namespace palabre::broker
