#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "broker/domain/command_batch.hpp"
#include "broker/domain/directory.hpp"
#include "broker/domain/durability.hpp"
#include "broker/domain/ports.hpp"
#include "broker/domain/state.hpp"
#include "broker/journal/look_up_allowance.hpp"
#include "broker/journal/segment_packer.hpp"
#include "broker/threads/guarded.hpp"
#include "broker/threads/mailbox.hpp"

namespace palabre::broker {

/// The one thread that decides and writes. It takes whatever commands wait, applies them, commits all their
/// records in one transaction with one flush, and only then tells: the directory, the feed, the answers.
///
///   commands ─► apply ─► commit ─► directory ─► feed ─► private messages, acknowledgements and answers
///                          └ full: state back to what is on disk, what wanted to be stored is refused
class Recorder {
 public:
  struct Options {
    std::size_t capacity;  ///< commands that may wait
    Durability durability = Durability::disk;
  };
  struct Ports {
    Journal& journal;
    Feed& feed;
    Replies& replies;
    Guarded<std::shared_ptr<const Directory>>& board;
    WallClock clock;
    /// The store failed; the recorder has stopped for good and has told nobody of the last batch.
    std::function<void(const std::exception&)> on_failure;
  };

  /// Loads the state from the journal and puts up the first directory.
  Recorder(Options options, Ports ports);
  ~Recorder() { finish(); }

  Mailbox<Command, CommandBytes>& mailbox() { return mailbox_; }
  void start(Door& door);
  /// Commits and tells what was taken, then joins the thread.
  void finish();

 private:
  void run();
  void decide(Command command);
  void look_up(command::Post& post);
  [[nodiscard]] bool find_originals(command::Post& post);
  void settle();
  void pack();
  void discard();
  void tell();
  void deliver_messages();
  void tell_members(Segment& segment);
  void perform(effect::Acknowledge& acknowledgement);
  void perform(effect::Answer& answer);
  void perform(effect::Admitted& admitted);
  void perform(effect::Departed& departed);
  void perform(effect::Notify& notice);
  void perform(effect::NotifyMembers& notice);
  void perform(effect::Ruling& ruling);

  const Options options_;
  const Ports ports_;
  Mailbox<Command, CommandBytes> mailbox_;
  Door* door_ = nullptr;
  State state_;
  CommandBatch batch_;
  SegmentPacker packer_;
  LookUpAllowance look_ups_;
  std::vector<Segment> segments_;
  std::vector<Outgoing> replies_;
  std::jthread thread_;
};

}  // namespace palabre::broker
