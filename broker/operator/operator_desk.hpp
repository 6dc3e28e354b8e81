#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <thread>

#include "broker/domain/commands.hpp"
#include "broker/domain/directory.hpp"
#include "broker/domain/effects.hpp"
#include "broker/operator/operator_dialogue.hpp"
#include "broker/operator/operator_socket.hpp"
#include "broker/threads/guarded.hpp"
#include "broker/threads/mailbox.hpp"
#include "broker/threads/wake_up.hpp"

namespace palabre::broker {

/// The thread named operator: takes what the owner of the broker's data directory wants done, one caller
/// after the other, has the recorder decide it, and says what became of it. A caller who says nothing, too
/// much, or does not listen is hung up on after a second; there is no way to it through the network.
class OperatorDesk {
 public:
  struct Tools {
    Mailbox<Command, CommandBytes>& recorder;
    const Guarded<std::shared_ptr<const Directory>>& board;
    bool is_encrypted;
  };

  /// Begins to listen; throws std::runtime_error with a sentence. The thread starts with start().
  OperatorDesk(std::filesystem::path data_dir, Tools tools);
  ~OperatorDesk() { finish(); }
  OperatorDesk(const OperatorDesk&) = delete;
  OperatorDesk& operator=(const OperatorDesk&) = delete;

  void start();
  /// Answers who is being served, and ends the thread. Requires that orders are still decided.
  void finish();

  /// An order was decided and carried out. Never waits.
  void ruled(effect::Ruling ruling) { rulings_.push_control(std::move(ruling)); }

 private:
  void run();
  void serve(const OwnedDescriptor& caller);
  [[nodiscard]] effect::Ruling decide(Order order);

  const std::filesystem::path data_dir_;
  const Tools tools_;
  OwnedDescriptor listening_;
  WakeUp stop_;
  std::atomic<bool> has_ended_ = false;
  OrderId last_order_;
  Mailbox<effect::Ruling> rulings_{1};
  std::jthread thread_;
};

}  // namespace palabre::broker
