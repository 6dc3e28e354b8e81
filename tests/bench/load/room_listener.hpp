#pragma once

#include <memory>
#include <string>
#include <utility>

#include "schema/frames.hpp"
#include "tests/bench/load/batch_readers.hpp"
#include "tests/bench/load/zmtp_dialogue.hpp"

namespace palabre::bench {

/// A feed connection of palabre's that listens to one room; it is ready with the first tick.
class RoomListener : public ZmtpDialogue<Dialogue> {
 public:
  RoomListener(std::string room, std::unique_ptr<BatchReader> batches, const CurveKeys* keys = nullptr,
               Opening opening = Opening::whole)
      : ZmtpDialogue("SUB", keys, opening), room_(std::move(room)), batches_(std::move(batches)) {}

  [[nodiscard]] bool is_ready() const override { return has_tick_; }

 private:
  void greeted(Connection& connection) override {
    subscribe(connection, room_topic(room_));
    // Asked for last: with the first tick, the room's subscription is in force too.
    subscribe(connection, kTickTopic);
  }
  bool take(Connection&, const ZmtpReader::Frame& frame) override {
    if (frame.has_more) {
      if (!frame.is_whole()) return false;
      is_tick_ = frame.body == kTickTopic;
      return true;
    }
    has_tick_ = has_tick_ || is_tick_;
    return is_tick_ || batches_->take(frame.body, frame.size);
  }

  std::string room_;
  std::unique_ptr<BatchReader> batches_;
  bool is_tick_ = false;
  bool has_tick_ = false;
};

}  // namespace palabre::bench
