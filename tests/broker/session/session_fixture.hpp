#pragma once

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "broker/session/registry.hpp"
#include "tests/support/fakes.hpp"
#include "tests/support/memory_journal.hpp"
#include "tests/support/people.hpp"
#include "tests/support/threads_of_process.hpp"

namespace palabre::broker {

inline const std::string kToken = "correct-horse-battery-staple";

/// The recorder as its commands arrive, with nobody behind it: the test takes them out.
class CommandInbox {
 public:
  explicit CommandInbox(std::size_t capacity) : mailbox(capacity) {}

  /// The next command as a Kind; throws when it is another, or none comes.
  template <class Kind>
  Kind next() {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (next_ == taken_.size()) {
      next_ = 0;
      mailbox.drain_until(taken_, deadline);
      if (taken_.empty()) throw std::runtime_error("no command came");
    }
    return std::get<Kind>(taken_[next_++]);
  }

  Mailbox<Command, CommandBytes> mailbox;

 private:
  std::vector<Command> taken_;
  std::size_t next_ = 0;
};

/// Alice, online, and Bob, not; a tea room with Bob in it; and sessions that can be opened for both.
class SessionTest : public testing::Test {
 protected:
  explicit SessionTest(std::size_t mailbox_capacity = 64, std::size_t recorder_capacity = 8192)
      : recorder_(recorder_capacity), tools_{recorder_.mailbox, replies_, reads_,
                                             reading_,          memory_,  {mailbox_capacity}} {
    auto state = restore({"0123456789abcdef",
                          {},
                          {{kAlice, "alice", {"a"}, {}}, {kBob, "bob", {"b"}, {}}},
                          {{kLobby, "lobby", {}, {kAlice, kBob}}, {kTea, "tea", {}, {kBob}}}});
    state.roster.connect(kAlice, kDesk);
    show(state);
    const std::vector<Record> known{record::Registered{kAlice, "alice", {"a"}, {}},
                                    record::Registered{kBob, "bob", {"b"}, {}},
                                    record::RoomMade{kTea, "tea", kBob, {}}};
    EXPECT_EQ(archive_.commit(known), CommitResult::committed);
  }

  void show(const State& state) {
    board_.with([&](auto& newest) { newest = picture(state); });
  }
  static Bytes frame(const Request& request, RequestId id = {1}) { return encode(id, request); }
  /// Hands over a group of one.
  static Push deliver(Session& session, ConnectionId connection, Bytes bytes) {
    RequestFrame request{connection, std::move(bytes)};
    return session.deliver({&request, 1}).rest;
  }
  static Push deliver(Registry& registry, ClientNumber client, ConnectionId connection, Bytes bytes) {
    RequestFrame request{connection, std::move(bytes)};
    return registry.deliver(client, {&request, 1}).rest;
  }

  DirectoryBoard board_;
  MemoryJournal archive_;
  WallClock clock_ = [] { return TimeMs{4242}; };
  Collected<std::string> unreadable_;
  Reads reads_{board_, archive_, clock_,
               [this](const std::exception& failure) { unreadable_.add(failure.what()); }};
  FakeReplies replies_;
  ReadingThreads reading_{{2, 1024}, reads_, replies_};
  /// Short of memory when the test says so and it looks.
  std::atomic<std::uint64_t> resident_ = 0;
  MemoryWatch memory_{1000, {}, {[this] { return resident_.load(); }, [] {}}};
  CommandInbox recorder_;
  SessionTools tools_;
};

}  // namespace palabre::broker
