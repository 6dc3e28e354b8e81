#include "broker/transport/guard.hpp"

#include <gmock/gmock.h>
#include <poll.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>

#include "broker/transport/context.hpp"
#include "broker/transport/socket_calls.hpp"
#include "broker/transport/zap.hpp"
#include "tests/broker/transport/loopback.hpp"
#include "tests/broker/transport/raw_peer.hpp"

namespace palabre::broker {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr std::size_t kFromOneAddress = 4;
constexpr std::uint64_t kFeedBytes = 4096;
const std::string kSource = "127.0.0.9";
const std::string kOtherSource = "127.0.0.8";
// Before the SYN that was dropped is sent again, which takes a second.
constexpr auto kAnswered = 500ms;

std::uint16_t port_of(const std::string& endpoint) {
  return static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1)));
}

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

/// Both sockets of a broker, and nobody but the guard behind them.
class GuardTest : public testing::Test {
 protected:
  explicit GuardTest(std::uint64_t feed_bytes = kFeedBytes, std::size_t from_one_address = kFromOneAddress)
      : guard_({{100, from_one_address, 1000}, {64 * 1024, 1024 * 1024}, feed_bytes}) {
    guard_.watch_talk(context_, talk_);
    guard_.watch_feed(context_, feed_);
    for (auto* socket : {&talk_, &feed_}) prepare_bound_socket(*socket, "test", 1024);
    talk_port_ = port_of(bind_socket(talk_, "tcp://127.0.0.1:*"));
    feed_port_ = port_of(bind_socket(feed_, "tcp://127.0.0.1:*"));
    guard_.start({[] {}, [this] { return rooms_.load(); }, [](const ConnectionEvent&) {},
                  [this](const std::string&, std::string_view reason, std::size_t) {
                    said_.add(std::string(reason));
                  }},
                 talk_port_, feed_port_);
  }
  ~GuardTest() override { guard_.finish(); }

  [[nodiscard]] bool has_said(const std::string& words) const {
    return said_.wait_until_any(
        [&words](const auto& reason) { return reason.find(words) != std::string::npos; });
  }
  std::unique_ptr<RawPeer> subscriber(const std::string& source) const {
    auto peer = std::make_unique<RawPeer>(feed_port_, source);
    peer->shake_hands("SUB");
    return peer;
  }
  /// Whether a new connection from there is not answered, or ended before it can shake hands or right after.
  [[nodiscard]] bool is_held(const std::string& source) const {
    try {
      RawPeer peer(talk_port_, source, kAnswered);
      peer.shake_hands("DEALER");
      return peer.is_ended_within(50ms);
    } catch (const std::runtime_error&) {
      return true;
    }
  }
  /// Whether the kernel answers who knocks from there, whatever becomes of him.
  [[nodiscard]] bool is_answered(const std::string& source) const {
    try {
      const RawPeer peer(feed_port_, source, kAnswered);
      return true;
    } catch (const std::runtime_error&) {
      return false;
    }
  }
  /// What the router does with each message. The descriptor that it came on.
  int take_one() {
    talk_.set(zmq::sockopt::rcvtimeo, kPatienceMs);
    zmq::message_t frame;
    EXPECT_TRUE(talk_.recv(frame));
    EXPECT_TRUE(talk_.recv(frame));
    const int descriptor = zmq_msg_get(frame.handle(), ZMQ_SRCFD);
    guard_.intake().add(descriptor, 1, bytes_on_the_wire(frame.size(), false));
    guard_.intake().end_turn();
    return descriptor;
  }
  static void send_too_much(RawPeer& peer) {
    for (std::uint64_t sent = 0; sent <= kFeedBytes; sent += 100) peer.send("\x01" + std::string(97, 'x'));
  }

  Collected<std::string> said_;
  std::atomic<std::size_t> rooms_ = 1;
  zmq::context_t context_ = make_context(8);
  AdmittedKeys keys_;
  Guard guard_;
  Zap zap_{context_, Strangers::everywhere, keys_, {}, &guard_.quarantine()};
  zmq::socket_t talk_{context_, zmq::socket_type::router};
  zmq::socket_t feed_{context_, zmq::socket_type::pub};
  std::uint16_t talk_port_ = 0;
  std::uint16_t feed_port_ = 0;
};

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
  EXPECT_TRUE(eventually([&] { return is_held(kSource); }));
  EXPECT_TRUE(has_said("too many connections"));
  for (const auto& peer : peers) EXPECT_FALSE(peer->is_ended());
  EXPECT_FALSE(is_held(kOtherSource));
  int knocks = 0;
  EXPECT_TRUE(eventually([&] { return ++knocks, !is_answered(kSource); }));
  EXPECT_LT(knocks, Quarantine::kInVain.holds / 2) << "each that comes has to be ended";
  peers.clear();
  EXPECT_TRUE(eventually([&] { return !is_held(kSource); }));
}

class GuardWithManyPlaces : public GuardTest {
 protected:
  GuardWithManyPlaces() : GuardTest(kFeedBytes, 8 * kStrangers) {}
  /// So many more connections; the descriptors they came on.
  std::vector<int> connect(std::size_t count, const std::string& source = kSource) {
    std::vector<int> descriptors;
    for (; descriptors.size() < count; descriptors.push_back(take_one())) {
      peers_.push_back(std::make_unique<RawPeer>(talk_port_, source));
      peers_.back()->shake_hands("DEALER");
      peers_.back()->send("hello");
    }
    return descriptors;
  }
  [[nodiscard]] bool is_any_ended() const {
    return std::ranges::any_of(peers_, [](const auto& peer) { return peer->is_ended(); });
  }

  static constexpr std::size_t kStrangers = 20;
  std::vector<std::unique_ptr<RawPeer>> peers_;
};

TEST_F(GuardWithManyPlaces, has_others_wait_when_so_many_of_them_are_strangers) {
  connect(kStrangers);
  EXPECT_TRUE(is_answered(kSource));
  connect(1);
  EXPECT_TRUE(eventually([&] { return !is_answered(kSource); }));
  EXPECT_TRUE(is_answered(kOtherSource));
  EXPECT_FALSE(is_any_ended());
}

TEST_F(GuardWithManyPlaces, lets_all_of_them_be_welcomed) {
  for (std::size_t round = 0; round < 4; ++round) {
    for (const int descriptor : connect(kStrangers)) guard_.intake().welcome(descriptor);
  }
  EXPECT_TRUE(is_answered(kSource));
  EXPECT_FALSE(is_any_ended());
}

TEST_F(GuardWithManyPlaces, lets_strangers_come_when_others_went) {
  const auto before = connect(kStrangers - 1);
  peers_.clear();
  EXPECT_EQ(connect(kStrangers - 1, kOtherSource), before) << "others have their descriptors now";
  connect(kStrangers - 1);
  EXPECT_TRUE(is_answered(kSource));
  EXPECT_FALSE(is_any_ended());
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
