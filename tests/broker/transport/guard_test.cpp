#include <poll.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "tests/broker/transport/guard_fixture.hpp"

namespace palabre::broker {
namespace {

/// How often this process's thread of that name went to sleep while so long passed.
/// Nothing when none has that name yet.
std::optional<std::uint64_t> sleeps_in(const std::string& thread, std::chrono::milliseconds time) {
  const auto slept = [&thread]() -> std::optional<std::uint64_t> {
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
      std::string name;
      std::getline(std::ifstream(task.path() / "comm"), name);
      std::ifstream status(task.path() / "status");
      for (std::string word; name == thread && status >> word;) {
        std::uint64_t count = 0;
        if (word == "voluntary_ctxt_switches:" && status >> count) return count;
      }
    }
    return std::nullopt;
  };
  const auto before = slept();
  ::poll(nullptr, 0, static_cast<int>(time.count()));
  const auto after = slept();
  return before && after ? std::optional(*after - *before) : std::nullopt;
}

TEST_F(GuardTest, ends_a_subscriber_who_sends_too_much_and_nobody_else) {
  const auto offender = subscriber(kSource);
  const auto honest = subscriber(kSource);
  honest->send("\x01room/lobby/");
  send_too_much(*offender);
  EXPECT_TRUE(eventually([&] { return offender->is_ended(); }));
  EXPECT_TRUE(has_said("too much to the feed port"));
  EXPECT_FALSE(honest->is_ended());
}

TEST_F(GuardTest, ends_a_subscriber_who_takes_his_time) {
  const auto offender = subscriber(kSource);
  const auto send_a_little = [&] {
    if (!offender->is_ended()) offender->send("\x01" + std::string(97, 'x'));
    return offender->is_ended();
  };
  EXPECT_TRUE(eventually(send_a_little)) << "libzmq reads each before anybody looks";
}

TEST_F(GuardTest, sleeps_when_nothing_comes) {
  const auto listener = subscriber(kSource);
  EXPECT_TRUE(eventually([] { return sleeps_in("guard", 200ms).value_or(5) < 5; }));
}

TEST_F(GuardTest, lets_nobody_from_there_connect_for_a_second) {
  const auto offender = subscriber(kSource);
  send_too_much(*offender);
  ASSERT_TRUE(eventually([&] { return offender->is_ended(); }));
  EXPECT_TRUE(is_held(kSource));
  EXPECT_FALSE(is_held(kOtherSource));
  EXPECT_TRUE(eventually([&] { return !is_held(kSource); }));
}

TEST_F(GuardTest, has_the_kernel_drop_who_did_harm) {
  const auto offender = subscriber(kSource);
  send_too_much(*offender);
  ASSERT_TRUE(eventually([&] { return offender->is_ended(); }));
  // The kernel is told a moment after the offender was ended.
  EXPECT_TRUE(eventually([&] { return !is_answered(kSource); }));
  EXPECT_TRUE(is_answered(kOtherSource));
}

class GuardWithRooms : public GuardTest {
 protected:
  GuardWithRooms() : GuardTest(1024 * 1024) {}
  /// Whether somebody who subscribes to two topics of so many rooms is ended.
  [[nodiscard]] bool is_too_much(std::size_t rooms, const std::string& source) const {
    const auto peer = subscriber(source);
    try {
      for (std::size_t topic = 0; topic < 2 * rooms; ++topic) peer->send("\x01" + std::string(90, 'x'));
    } catch (const std::runtime_error&) {
      return true;
    }
    return peer->is_ended_within(200ms);
  }
};

TEST_F(GuardWithRooms, lets_a_subscriber_ask_for_as_much_as_there_is) {
  constexpr std::size_t kRooms = 300;
  EXPECT_TRUE(is_too_much(kRooms, kSource)) << "with one room";
  rooms_ = kRooms;
  EXPECT_FALSE(is_too_much(kRooms, kOtherSource));
}

TEST_F(GuardTest, holds_who_says_nothing_again_and_again) {
  const auto visit = [this] {
    try {
      RawPeer(talk_port_, kSource, kAnswered).shake_hands("DEALER");
      return false;
    } catch (const std::runtime_error&) {
      return true;
    }
  };
  EXPECT_TRUE(eventually(visit));
  EXPECT_FALSE(is_held(kOtherSource));
}

TEST_F(GuardTest, holds_nobody_who_has_something_to_say) {
  for (int visit = 0; visit < 100; ++visit) {
    RawPeer peer(talk_port_, kSource);
    peer.shake_hands("DEALER");
    peer.send("hello");
    take_one();
  }
  EXPECT_FALSE(is_held(kSource));
}

TEST_F(GuardTest, ends_a_message_without_an_end) {
  RawPeer peer(talk_port_, kSource);
  peer.shake_hands("DEALER");
  const auto has_ended = [&] {
    guard_.intake().end_turn();
    try {
      peer.send_part(std::string(200, 'x'));
    } catch (const std::runtime_error&) {
    }
    return peer.is_ended();
  };
  EXPECT_TRUE(eventually(has_ended));
  EXPECT_TRUE(has_said("without an end"));
}

TEST_F(GuardTest, ends_the_newest_of_too_many) {
  std::vector<std::unique_ptr<RawPeer>> peers;
  for (std::size_t count = 0; count < kFromOneAddress; ++count) peers.push_back(subscriber(kSource));
  // At the same port, of which it hears in the order in which they came.
  const auto is_one_too_many = [&] {
    try {
      return subscriber(kSource)->is_ended_within(50ms);
    } catch (const std::runtime_error&) {
      return true;
    }
  };
  EXPECT_TRUE(eventually(is_one_too_many));
  EXPECT_TRUE(has_said("too many connections"));
  for (const auto& peer : peers) EXPECT_FALSE(peer->is_ended());
  EXPECT_FALSE(is_held(kOtherSource));
  int knocks = 0;
  EXPECT_TRUE(eventually([&] { return ++knocks, !is_answered(kSource); }));
  EXPECT_LT(knocks, Quarantine::kInVain.holds / 2) << "each that comes has to be ended";
  peers.clear();
  EXPECT_TRUE(eventually([&] { return !is_held(kSource); }));
}

TEST_F(GuardTest, ends_the_whole_feed_and_no_talk) {
  const auto listener = subscriber(kSource);
  RawPeer talker(talk_port_, kSource);
  talker.shake_hands("DEALER");
  guard_.end_feed();
  EXPECT_TRUE(eventually([&] { return listener->is_ended(); }));
  EXPECT_FALSE(talker.is_ended());
  EXPECT_FALSE(is_held(kSource)) << "whoever heard the feed may come again";
}

TEST(GuardOfMemory, has_it_looked_at_though_nothing_comes) {
  zmq::context_t context = make_context(8);
  zmq::socket_t talk(context, zmq::socket_type::router);
  zmq::socket_t feed(context, zmq::socket_type::pub);
  std::atomic<int> looks = 0;
  Guard guard({});
  guard.watch_talk(context, talk);
  guard.watch_feed(context, feed);
  guard.start({[] {}, [] { return 1; }, [](const ConnectionEvent&) {}, {}, [&looks] { ++looks; }}, 1, 2);
  EXPECT_TRUE(eventually([&looks] { return looks >= 3; }));
  guard.finish();
}

}  // namespace
}  // namespace palabre::broker
