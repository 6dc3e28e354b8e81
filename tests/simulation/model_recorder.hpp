#pragma once

#include <cstddef>
#include <deque>
#include <span>
#include <vector>

#include "broker/domain/command_batch.hpp"
#include "broker/domain/directory.hpp"
#include "broker/domain/ports.hpp"
#include "broker/domain/state.hpp"
#include "broker/journal/segment_packer.hpp"
#include "tests/simulation/surroundings.hpp"

namespace palabre::broker::simulation {

/// What the recorder does (broker/journal/recorder.hpp), in three steps between which the machine may fail:
/// decide what waits with the real domain, commit it, say what is to be told.
class ModelRecorder {
 public:
  ModelRecorder(Surroundings& surroundings, broker::Journal& disk);

  void take(broker::Command command) { waiting_.push_back(std::move(command)); }
  [[nodiscard]] bool has_work() const { return !waiting_.empty(); }
  [[nodiscard]] const broker::State& state() const { return state_; }

  /// Takes from the front what waits, but ends before a repeat of what is not committed yet.
  void decide(TimeMs now);
  /// Stores what was decided; on a full disk it takes that back, and refuses it.
  void commit();
  /// A crash in the middle of a commit leaves nothing of it.
  void tear_commit();

  struct Telling {
    broker::Touched touched;
    bool went_back = false;              ///< the directory is to be made anew
    std::vector<PackedBatch> batches;    ///< for the feed
    std::vector<broker::Outgoing> said;  ///< in private rooms, to their members
    std::vector<broker::Effect> effects;
  };
  [[nodiscard]] Telling tell();
  /// As tell, but what was decided is still to be committed: a planted bug.
  [[nodiscard]] Telling tell_too_early();
  /// The client has gone, and what it posted is committed.
  void forget(ClientNumber client) { state_.matrix.forget(client); }

 private:
  void decide(broker::Command command, TimeMs now);
  /// False when what is decided must be committed first.
  [[nodiscard]] bool look_up(broker::command::Post& post);
  [[nodiscard]] std::size_t count_known(const broker::command::Post& post);
  void discard();
  void pack();
  void deliver_messages(Telling& telling);
  void tell_members(const broker::Segment& segment, PackedBatch batch, Telling& telling);
  [[nodiscard]] broker::record::Cells as_packed(const broker::record::Cells& cells);
  void decide_again(broker::command::Post post, TimeMs now);

  Surroundings& surroundings_;
  broker::Journal& disk_;
  broker::State state_;
  std::deque<broker::Command> waiting_;
  broker::CommandBatch batch_;
  std::size_t decided_ = 0;  ///< commands in it
  broker::SegmentPacker packer_;
  std::vector<broker::Segment> segments_;
  bool went_back_ = false;
};

}  // namespace palabre::broker::simulation
