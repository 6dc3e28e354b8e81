#pragma once

#include <gmock/gmock.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "broker/journal/recorder.hpp"
#include "tests/support/fakes.hpp"
#include "tests/support/memory_journal.hpp"
#include "tests/support/people.hpp"

namespace palabre::broker {

inline constexpr ConnectionId kAlices{11};
inline constexpr ConnectionId kBobs{12};
inline constexpr OutboxId kOutbox{77};

/// A clock that can be stopped with whoever reads it. The recorder reads it for each command: while it is
/// held, what a test sends waits, and makes one batch.
class HeldClock {
 public:
  TimeMs operator()() {
    std::unique_lock lock(mutex_);
    is_read_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !is_held_; });
    return {now_};
  }
  void hold() {
    const std::scoped_lock lock(mutex_);
    is_held_ = true;
    is_read_ = false;
  }
  void wait_until_read() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_read_; });
  }
  void let_go() {
    const std::scoped_lock lock(mutex_);
    is_held_ = false;
    changed_.notify_all();
  }
  std::atomic<std::uint64_t> now_ = 1000;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_held_ = false;
  bool is_read_ = false;
};

/// A recorder over a store in memory that already knows Alice and Bob, and nobody else around it.
class RecorderTest : public testing::Test {
 protected:
  explicit RecorderTest(Durability durability = Durability::disk) : durability_(durability) {
    const std::vector<Record> known{
        record::Registered{kAlice, "alice", {"a"}, {}}, record::Joined{kLobby, kAlice, {}},
        record::Registered{kBob, "bob", {"b"}, {}}, record::Joined{kLobby, kBob, {}}};
    EXPECT_EQ(journal_.commit(known), CommitResult::committed);
    restart();
  }
  /// The recorder ends before what it speaks to.
  ~RecorderTest() override { recorder_.reset(); }

  /// Ends the recorder, and begins anew from the store, with nobody connected.
  void restart() {
    recorder_.reset();
    const Recorder::Ports ports{
        used_journal(),   feed_,
        replies_,         board_,
        std::ref(clock_), [this](const auto& failure) { failures_.add(failure.what()); }};
    recorder_ = std::make_unique<Recorder>(Recorder::Options{1024, durability_}, ports);
    recorder_->start(door_);
  }
  /// What the recorder writes to.
  virtual Journal& used_journal() { return journal_; }

  void send(Command command) { recorder_->mailbox().push(std::move(command)); }

  /// Has all of them decided in one batch; returns when everybody was told.
  void decide_at_once(std::vector<Command> commands) {
    clock_.hold();
    send(question());
    clock_.wait_until_read();
    for (auto& command : commands) send(std::move(command));
    clock_.let_go();
    wait_until_told();
  }
  /// Returns when everything sent so far was decided and told.
  void wait_until_told() {
    const auto asked = question();
    send(asked);
    (void)replies_.reply_to(asked.origin.request.value);
  }

  Command admit(const std::string& name, ConnectionId connection, RequestId request = {1}) {
    return command::Admit{connection, request, name, name.substr(0, 1)};
  }
  static Command join(const Origin& origin, const std::string& room) { return command::Join{origin, room}; }
  static Command post(const Origin& origin, Counter counter, const std::vector<std::string>& texts) {
    return command::Post{origin, {"lobby", kOutbox, counter, texts_of(texts)}};
  }
  void connect_both() { decide_at_once({admit("alice", kAlices), admit("bob", kBobs)}); }

  std::vector<std::string> stored_texts() const {
    std::vector<std::string> texts;
    for (const auto& message : journal_.messages()) texts.push_back(message.text);
    return texts;
  }

  MemoryJournal journal_;
  FakeFeed feed_;
  FakeReplies replies_;
  FakeDoor door_;
  Guarded<std::shared_ptr<const Directory>> board_;
  HeldClock clock_;
  Collected<std::string> failures_;
  std::unique_ptr<Recorder> recorder_;

 private:
  /// Asks for something that is refused and changes nothing; under a number of its own.
  command::Leave question() { return {{{}, {}, {++last_question_}}, "nowhere"}; }

  const Durability durability_;
  std::uint64_t last_question_ = 1'000'000;
};

}  // namespace palabre::broker
