#include "broker/transport/router.hpp"

#include <optional>

#include "broker/transport/context.hpp"
#include "broker/transport/zap.hpp"
#include "tests/broker/session/session_fixture.hpp"
#include "tests/broker/transport/loopback.hpp"

namespace palabre::broker {
namespace {

using std::chrono::milliseconds;

/// The talk port with greeter and sessions behind it. The test is the recorder.
class RouterTest : public SessionTest {
 protected:
  explicit RouterTest(milliseconds heartbeat = std::chrono::hours(1), std::size_t mailbox = 64,
                      std::size_t recorder = 1024)
      : SessionTest(mailbox, recorder), router_(context_, {"tcp://127.0.0.1:*", heartbeat}, outbox_, guard_) {
    router_.start(registry_, *greeter_);
  }
  ~RouterTest() override {
    recorder_.mailbox.close();
    router_.refuse_all();
    greeter_.reset();
    registry_.close_all();
    router_.finish();
  }

  Dealer connect() { return {context_, router_.endpoint()}; }

  /// Says hello on a dealer and has it admitted; returns its connection.
  ConnectionId admit(Dealer& dealer, ClientNumber client, const std::string& name) {
    dealer.send(request::Hello{1, name, kToken}, {1});
    const auto asked = recorder_.next<command::Admit>();
    EXPECT_EQ(asked.name, name);
    greeter_->admitted({asked.connection, asked.request, client, name, false, {}});
    const auto welcome = dealer.receive();
    EXPECT_EQ(welcome.id, RequestId{1});
    EXPECT_EQ(std::get<reply::Welcome>(welcome.body).client, client);
    return asked.connection;
  }
  static RefusalCode refusal_in(const DecodedReply& reply) { return std::get<Refusal>(reply.body).code; }
  static void expect_pong(Dealer& dealer) {
    dealer.send(request::Ping{}, {4711});
    const auto pong = dealer.receive();
    EXPECT_EQ(pong.id, RequestId{4711});
    EXPECT_TRUE(std::holds_alternative<reply::Pong>(pong.body));
  }

  zmq::context_t context_ = make_context(8);
  AdmittedKeys keys_;
  Zap zap_{context_, Strangers::everywhere, keys_, {}};
  Outbox outbox_{1024};
  Guard guard_{{}};
  Registry registry_{{recorder_.mailbox, outbox_, reads_, reading_, memory_, tools_.waiting_max}, 8};
  Router router_;
  std::optional<Greeter> greeter_{
      std::in_place, Greeter::Options{64, 8421, 10'000},
      Greeter::Tools{recorder_.mailbox, registry_, outbox_, board_, keys_, clock_, memory_}};
};

TEST_F(RouterTest, leads_from_hello_to_welcome_to_a_session) {
  auto dealer = connect();
  admit(dealer, kAlice, "alice");
  expect_pong(dealer);
}

TEST_F(RouterTest, leads_each_client_to_its_own_session) {
  auto alice = connect();
  auto bob = connect();
  const auto alices = admit(alice, kAlice, "alice");
  const auto bobs = admit(bob, kBob, "bob");
  EXPECT_NE(alices, bobs);
  bob.send(request::Join{"tea"}, {7});
  const auto join = recorder_.next<command::Join>();
  EXPECT_EQ(join.origin.client, kBob);
  EXPECT_EQ(join.origin.connection, bobs);
}

TEST_F(RouterTest, demands_hello_before_anything_else) {
  auto dealer = connect();
  dealer.send(request::Ping{}, {5});
  const auto refused = dealer.receive();
  EXPECT_EQ(refused.id, RequestId{5});
  EXPECT_EQ(refusal_in(refused), RefusalCode::hello_first);
}

TEST_F(RouterTest, refuses_a_message_of_two_frames_or_more) {
  auto dealer = connect();
  const auto ping = frame(request::Ping{}, {5});
  dealer.send_frames({"", ping});
  EXPECT_EQ(refusal_in(dealer.receive()), RefusalCode::malformed);
  dealer.send_frames({ping, ping, ping});
  EXPECT_EQ(refusal_in(dealer.receive()), RefusalCode::malformed);
  admit(dealer, kAlice, "alice");
  dealer.send_frames({ping, ping});
  EXPECT_EQ(refusal_in(dealer.receive()), RefusalCode::malformed);
  expect_pong(dealer);
}

TEST_F(RouterTest, ends_who_goes_on_and_on_with_what_can_only_be_refused) {
  constexpr std::size_t kRefusedMax = 4096;
  auto stranger = connect();
  for (std::size_t message = 1; message < kRefusedMax; ++message) stranger.send(request::Ping{}, {message});
  // Every one of them is answered: with as much under way, a client may have lost its session.
  for (std::size_t message = 1; message < kRefusedMax; ++message) (void)stranger.receive();
  stranger.send(request::Ping{}, {kRefusedMax});
  EXPECT_FALSE(stranger.receive_within(milliseconds(300)));
}

TEST_F(RouterTest, ends_sooner_who_sends_what_is_no_request_at_all) {
  constexpr std::size_t kRefusedMax = 4096 / 16;
  auto stranger = connect();
  for (std::size_t message = 1; message < kRefusedMax; ++message) {
    stranger.send_frames({""});
    EXPECT_EQ(refusal_in(stranger.receive()), RefusalCode::malformed);
  }
  stranger.send_frames({""});
  EXPECT_FALSE(stranger.receive_within(milliseconds(300)));
}

TEST_F(RouterTest, counts_against_nobody_what_a_session_answers) {
  auto alice = connect();
  admit(alice, kAlice, "alice");
  for (std::uint64_t message = 1; message <= 5000; ++message) {
    alice.send(request::Ping{}, {message});
    (void)alice.receive();
  }
  expect_pong(alice);
}

TEST_F(RouterTest, treats_who_said_goodbye_as_a_stranger) {
  auto dealer = connect();
  const auto connection = admit(dealer, kAlice, "alice");
  greeter_->departed({connection, kAlice, true});
  EXPECT_TRUE(eventually([] { return threads_named("session-1") == 0; }));
  dealer.send(request::Ping{}, {6});
  EXPECT_EQ(refusal_in(dealer.receive()), RefusalCode::hello_first);
  admit(dealer, kAlice, "alice");
  expect_pong(dealer);
}

TEST_F(RouterTest, goes_on_when_a_peer_is_unreachable_and_tells_its_session) {
  auto alice = connect();
  auto bob = connect();
  const auto alices = admit(alice, kAlice, "alice");
  admit(bob, kBob, "bob");
  alice.close();
  std::optional<Command> heard;
  EXPECT_TRUE(eventually([&] {
    outbox_.send(alices, "a reply to nobody");
    std::vector<Command> commands;
    recorder_.mailbox.drain_until(commands, std::chrono::steady_clock::now());
    if (!commands.empty()) heard = commands.front();
    return heard.has_value();
  }));
  EXPECT_EQ(std::get<command::Depart>(heard.value()).origin.connection, alices);
  expect_pong(bob);
}

TEST_F(RouterTest, tells_the_session_of_a_connection_that_went_before_it_was_bound) {
  auto dealer = connect();
  admit(dealer, kAlice, "alice");
  outbox_.bind({999}, kAlice);
  const auto depart = recorder_.next<command::Depart>();
  EXPECT_EQ(depart.origin.client, kAlice);
  EXPECT_EQ(depart.origin.connection, ConnectionId{999});
}

TEST_F(RouterTest, gives_nobodys_session_to_who_comes_back_under_its_routing_id) {
  const std::string routing_id = "guessable";
  Dealer alice(context_, router_.endpoint(), routing_id);
  const auto alices = admit(alice, kAlice, "alice");
  alice.close();
  // Until libzmq has seen the first one go, it hears nobody else under that id.
  std::optional<DecodedReply> refused;
  EXPECT_TRUE(eventually([&] {
    Dealer impostor(context_, router_.endpoint(), routing_id);
    impostor.send(request::Ping{}, {5});
    refused = impostor.receive_within(milliseconds(200));
    return refused.has_value();
  }));
  EXPECT_EQ(refusal_in(refused.value()), RefusalCode::hello_first);
  EXPECT_EQ(recorder_.next<command::Depart>().origin.connection, alices);
}

TEST_F(RouterTest, hangs_up_when_asked_and_treats_who_comes_back_as_a_stranger) {
  auto alice = connect();
  auto bob = connect();
  const auto alices = admit(alice, kAlice, "alice");
  admit(bob, kBob, "bob");
  outbox_.end(alices);
  outbox_.end({999});
  EXPECT_EQ(recorder_.next<command::Depart>().origin.connection, alices);
  // Its socket connects anew by itself, and what it says may be lost meanwhile.
  std::optional<DecodedReply> refused;
  EXPECT_TRUE(eventually([&] {
    alice.send(request::Ping{}, {5});
    refused = alice.receive_within(milliseconds(200));
    return refused.has_value();
  }));
  EXPECT_EQ(refusal_in(refused.value()), RefusalCode::hello_first);
  expect_pong(bob);
}

TEST_F(RouterTest, sends_nothing_to_a_connection_it_does_not_know) {
  auto dealer = connect();
  admit(dealer, kAlice, "alice");
  outbox_.send({999}, "to nobody");
  expect_pong(dealer);
}

TEST_F(RouterTest, refuses_everything_while_it_stops) {
  auto dealer = connect();
  admit(dealer, kAlice, "alice");
  router_.refuse_all();
  dealer.send(request::Ping{}, {8});
  const auto refused = dealer.receive();
  EXPECT_EQ(refused.id, RequestId{8});
  EXPECT_EQ(refusal_in(refused), RefusalCode::stopping);
}

class HurriedRouterTest : public RouterTest {
 protected:
  HurriedRouterTest() : RouterTest(milliseconds(100)) {}
};

TEST_F(HurriedRouterTest, forgets_who_is_silent_for_three_heartbeats) {
  auto dealer = connect();
  const auto connection = admit(dealer, kAlice, "alice");
  const auto begun = std::chrono::steady_clock::now();
  const auto depart = recorder_.next<command::Depart>();
  EXPECT_GE(std::chrono::steady_clock::now() - begun, milliseconds(200));
  EXPECT_EQ(depart.origin.connection, connection);
  EXPECT_EQ(depart.origin.request, RequestId{0});
  dealer.send(request::Ping{}, {6});
  EXPECT_EQ(refusal_in(dealer.receive()), RefusalCode::hello_first);
}

class CrowdedRouterTest : public RouterTest {
 protected:
  CrowdedRouterTest() : RouterTest(std::chrono::hours(1), 1, 1) {}
};

TEST_F(CrowdedRouterTest, says_busy_when_a_session_is_full) {
  auto dealer = connect();
  admit(dealer, kAlice, "alice");
  // One waits for the recorder, one waits with the session, one in its mailbox.
  for (std::uint64_t id = 10; id < 20; ++id) dealer.send(request::Join{"tea"}, {id});
  const auto refused = dealer.receive();
  EXPECT_EQ(refusal_in(refused), RefusalCode::busy);
  EXPECT_GT(refused.id.value, 10U);
  EXPECT_TRUE(std::get<Refusal>(refused.body).retry_after_ms);
}

}  // namespace
}  // namespace palabre::broker
