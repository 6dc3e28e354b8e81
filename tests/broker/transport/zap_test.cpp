#include "broker/transport/zap.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <set>

#include "broker/transport/context.hpp"
#include "broker/transport/socket_calls.hpp"
#include "tests/broker/transport/loopback.hpp"
#include "tests/broker/transport/raw_peer.hpp"

namespace palabre::broker {
namespace {

class ZapTest : public testing::Test {
 protected:
  ZapTest() {
    prepare_bound_socket(router_, "talk", 1024);
    router_.set(zmq::sockopt::rcvtimeo, kPatienceMs);
    endpoint_ = bind_socket(router_, "tcp://127.0.0.1:*");
  }

  /// Waits for a message and says whom the broker takes its sender for.
  std::string receive_user_id() {
    zmq::message_t routing_id;
    zmq::message_t body;
    if (!router_.recv(routing_id) || !router_.recv(body)) throw std::runtime_error("no message came");
    EXPECT_FALSE(body.more());
    return body.gets("User-Id");
  }
  [[nodiscard]] std::uint16_t port() const {
    return static_cast<std::uint16_t>(std::stoi(endpoint_.substr(endpoint_.rfind(':') + 1)));
  }

  zmq::context_t context_ = make_context(8);
  AdmittedKeys keys_;
  Zap zap_{context_, Strangers::everywhere, keys_, {}};
  zmq::socket_t router_{context_, zmq::socket_type::router};
  std::string endpoint_;
};

TEST_F(ZapTest, gives_every_connection_a_user_id_of_its_own) {
  std::set<std::string> ids;
  for (int i = 0; i < 8; ++i) {
    Dealer dealer(context_, endpoint_);
    dealer.send_frames({"hello"});
    ids.insert(receive_user_id());
  }
  EXPECT_EQ(ids.size(), 8U);
}

TEST_F(ZapTest, gives_every_message_of_a_connection_the_same_user_id) {
  Dealer dealer(context_, endpoint_);
  dealer.send_frames({"one"});
  const auto first = receive_user_id();
  dealer.send_frames({"two"});
  EXPECT_EQ(receive_user_id(), first);
}

TEST_F(ZapTest, is_not_moved_by_the_routing_id_that_a_peer_asks_for) {
  Dealer honest(context_, endpoint_);
  honest.send_frames({"one"});
  const auto id = receive_user_id();
  Dealer impostor(context_, endpoint_, id);
  impostor.send_frames({"two"});
  EXPECT_NE(receive_user_id(), id);
}

TEST_F(ZapTest, is_not_moved_by_the_user_id_that_a_peer_claims) {
  Dealer honest(context_, endpoint_);
  honest.send_frames({"one"});
  const auto id = receive_user_id();
  RawPeer impostor(port());
  impostor.claim("User-Id", id, "two");
  EXPECT_NE(receive_user_id(), id);
}

TEST_F(ZapTest, answers_what_libzmq_would_never_ask_and_goes_on_answering) {
  zmq::socket_t asker(context_, zmq::socket_type::req);
  asker.set(zmq::sockopt::linger, 0);
  asker.set(zmq::sockopt::rcvtimeo, kPatienceMs);
  asker.connect("inproc://zeromq.zap.01");
  for (const std::string only_frame : {"", "1.0", "anything"}) {
    asker.send(zmq::buffer(only_frame), zmq::send_flags::none);
    std::vector<std::string> answer;
    for (zmq::message_t frame; answer.empty() || frame.more();) {
      ASSERT_TRUE(asker.recv(frame));
      answer.push_back(frame.to_string());
    }
    EXPECT_EQ(answer, (std::vector<std::string>{"1.0", "", "200", "", answer.at(4), ""}));
  }
}

/// Somebody who asks as libzmq does.
class Asker {
 public:
  explicit Asker(zmq::context_t& context) : socket_(context, zmq::socket_type::req) {
    socket_.set(zmq::sockopt::linger, 0);
    socket_.set(zmq::sockopt::rcvtimeo, kPatienceMs);
    socket_.connect("inproc://zeromq.zap.01");
  }
  void ask(std::string_view domain, std::string_view key) {
    for (const std::string_view part :
         {std::string_view("1.0"), std::string_view("7"), domain, std::string_view("127.0.0.1"),
          std::string_view(""), std::string_view("CURVE")})
      socket_.send(zmq::buffer(part), zmq::send_flags::sndmore);
    socket_.send(zmq::buffer(key), zmq::send_flags::none);
  }
  /// The status.
  std::string answer() {
    std::vector<std::string> answer;
    for (zmq::message_t frame; answer.empty() || frame.more();) {
      if (!socket_.recv(frame)) throw std::runtime_error("no answer came");
      answer.push_back(frame.to_string());
    }
    return answer.at(2);
  }

 private:
  zmq::socket_t socket_;
};

using std::chrono::milliseconds;
using std::chrono::steady_clock;

TEST(EncryptedZap, answers_when_who_asks_has_looked_and_many_at_once) {
  zmq::context_t context = make_context(256);
  const auto keys = make_key_pair();
  const AdmittedKeys admitted;
  const Zap zap(context, Strangers::at_talk, admitted, keys.open);
  std::deque<Asker> askers;
  for (int i = 0; i < 100; ++i) askers.emplace_back(context);
  const auto begun = steady_clock::now();
  for (auto& asker : askers) asker.ask("talk", keys.open);
  EXPECT_EQ(askers.front().answer(), "200");
  EXPECT_GE(steady_clock::now() - begun, milliseconds(10));
  for (auto asker = std::next(askers.begin()); asker != askers.end(); ++asker)
    EXPECT_EQ(asker->answer(), "200");
  EXPECT_LT(steady_clock::now() - begun, milliseconds(900)) << "one after the other it would take a second";
}

TEST(EncryptedZap, knows_of_what_happened_after_it_was_asked) {
  zmq::context_t context = make_context(16);
  const auto own = make_key_pair();
  const auto somebody = make_key_pair();
  AdmittedKeys admitted;
  const Zap zap(context, Strangers::at_talk, admitted, own.open);
  // Where this thread had to wait for a processor the answer may have been due before the key was barred.
  for (int tries = 0; tries < 100; ++tries) {
    admitted.admit(somebody.open);
    Asker asker(context);
    const auto begun = steady_clock::now();
    asker.ask("feed", somebody.open);
    admitted.bar(somebody.open);
    const bool was_in_time = steady_clock::now() - begun < milliseconds(9);
    const auto status = asker.answer();
    if (!was_in_time) continue;
    EXPECT_EQ(status, "400");
    return;
  }
  FAIL() << "this machine is too slow to ask";
}

TEST(EncryptedZap, has_its_routing_ids_taken_and_not_those_that_peers_wish_for) {
  zmq::context_t context = make_context(256);
  const auto keys = make_key_pair();
  const AdmittedKeys admitted;
  const Zap zap(context, Strangers::at_talk, admitted, keys.open);
  zmq::socket_t router(context, zmq::socket_type::router);
  prepare_bound_socket(router, "talk", 1024);
  encrypt_bound_socket(router, keys.secret);
  router.set(zmq::sockopt::rcvtimeo, kPatienceMs);
  const auto endpoint = bind_socket(router, "tcp://127.0.0.1:*");
  constexpr int kPeers = 100;
  std::vector<std::unique_ptr<Dealer>> peers;
  for (int i = 0; i < kPeers; ++i) {
    peers.push_back(std::make_unique<Dealer>(context, endpoint, "the same for all", keys.open));
    peers.back()->send_frames({"here"});
  }
  int heard = 0;
  int granted = 0;
  for (zmq::message_t id, body; heard < kPeers && router.recv(id) && router.recv(body); ++heard) {
    if (id.to_string_view() == "the same for all") ++granted;
  }
  // Now and then a busy machine lets one through; of the others who have it nothing would ever be heard.
  EXPECT_GE(heard, kPeers - 5);
  EXPECT_LE(granted, 1);
}

TEST(Quarantine, is_known_before_hands_are_shaken) {
  zmq::context_t context = make_context(8);
  const AdmittedKeys keys;
  Guarded<Quarantine> quarantine;
  quarantine.with(
      [](auto& it) { it.offended(read_address("127.0.0.9").value(), std::chrono::steady_clock::now()); });
  const Zap zap(context, Strangers::everywhere, keys, {}, &quarantine);
  zmq::socket_t router(context, zmq::socket_type::router);
  prepare_bound_socket(router, "talk", 1024);
  const auto endpoint = bind_socket(router, "tcp://127.0.0.1:*");
  const auto port = static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1)));
  EXPECT_THROW(RawPeer(port, "127.0.0.9").shake_hands("DEALER"), std::runtime_error);
  EXPECT_NO_THROW(RawPeer(port, "127.0.0.8").shake_hands("DEALER"));
}

TEST_F(ZapTest, passes_on_what_a_raw_peer_says) {
  // So that the test above is about the claim, and not about a peer that never got in.
  RawPeer peer(port());
  peer.claim("X-Harmless", "value", "hello");
  zmq::message_t frame;
  ASSERT_TRUE(router_.recv(frame));
  ASSERT_TRUE(router_.recv(frame));
  EXPECT_EQ(frame.to_string_view(), "hello");
  EXPECT_STREQ(frame.gets("X-Harmless"), "value");
}

}  // namespace
}  // namespace palabre::broker
