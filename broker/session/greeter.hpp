#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <variant>

#include "broker/domain/commands.hpp"
#include "broker/domain/ports.hpp"
#include "broker/domain/registration.hpp"
#include "broker/session/admitted_keys.hpp"
#include "broker/session/comings.hpp"
#include "broker/session/invite_codes.hpp"
#include "broker/session/memory_watch.hpp"
#include "broker/session/reads.hpp"
#include "broker/session/registry.hpp"
#include "broker/session/session_rates.hpp"
#include "broker/threads/mailbox.hpp"

namespace palabre::broker {

/// A request from a connection that is nobody's yet.
struct Stranger {
  RequestFrame frame;
  CurveKey key = {};  ///< what the connection is encrypted with; empty: nothing
};

/// The thread that talks to connections nobody has said HELLO on, and opens and closes sessions as the
/// recorder decides; carries out at the ports what the operator has ordered. It may wait for the recorder;
/// the recorder never waits for it.
class Greeter : public Door {
 public:
  /// What a WELCOME says beside the decision.
  struct Options {
    std::size_t capacity;
    std::uint16_t feed_port;
    std::uint64_t heartbeat_ms;
    Registration registration = Registration::anyone;
    std::optional<InviteCodes> codes = {};  ///< required for Registration::invite
    IdentityLimits per_identity = {};
  };
  /// What it works with.
  struct Tools {
    Mailbox<Command, CommandBytes>& recorder;
    Registry& registry;
    Switchboard& switchboard;
    const DirectoryBoard& board;
    AdmittedKeys& keys;
    WallClock clock;
    const MemoryWatch& memory;
    /// Hangs up on everybody at the feed port: nothing tells whose a connection there is.
    std::function<void()> end_feed = {};
    /// Never waits.
    std::function<void(effect::Ruling)> tell_operator = {};
  };

  using Item = std::variant<Stranger, effect::Admitted, effect::Departed, effect::Ruling>;
  /// What a stranger has sent is as long as he likes; what the recorder tells is not counted.
  struct ItemBytes {
    std::size_t operator()(const Item& item) const {
      const auto* stranger = std::get_if<Stranger>(&item);
      return stranger == nullptr ? 0 : stranger->frame.bytes.size();
    }
  };

  Greeter(Options options, Tools tools);
  ~Greeter() override { finish(); }

  /// Left as it is unless it is taken. Never waits.
  Push greet(Stranger& stranger);

  void admitted(effect::Admitted admitted) override;
  void departed(effect::Departed departed) override;
  void ruled(effect::Ruling ruling) override;

  /// Takes nothing more and joins the thread.
  void finish();

 private:
  void run();
  void handle(Stranger& stranger);
  /// Why one who comes so often has to wait, if he has.
  [[nodiscard]] std::optional<Refusal> refuse_coming(const command::Admit& admit);
  [[nodiscard]] std::size_t share_of(const std::string& name) const;
  [[nodiscard]] bool is_full_for(const command::Admit& admit) const;
  [[nodiscard]] Result<command::Admit> judge(const Stranger& stranger, RequestId id,
                                             request::Hello& hello) const;
  void handle(effect::Admitted& admitted);
  void handle(effect::Departed& departed);
  void handle(effect::Ruling& ruling);

  const Options options_;
  const Tools tools_;
  Mailbox<Item, ItemBytes> mailbox_;
  Comings comings_;  ///< touched by the thread only
  std::jthread thread_;
};

}  // namespace palabre::broker
