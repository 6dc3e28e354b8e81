#include "broker/session/greeter.hpp"

#include <optional>

#include "broker/session/token_hash.hpp"
#include "schema/text.hpp"
#include "tests/broker/session/session_fixture.hpp"

namespace palabre::broker {
namespace {

using testing::ElementsAre;

class GreeterTest : public SessionTest {
 protected:
  explicit GreeterTest(std::size_t recorder_capacity = 1024) : SessionTest(64, recorder_capacity) {}
  ~GreeterTest() override {
    greeter_.finish();
    registry_.close_all();
  }

  [[nodiscard]] bool is_admitted(const CurveKey& key) const {
    return keys_.standing_of(key) == AdmittedKeys::Standing::admitted;
  }
  static Request hello(const std::string& name) { return request::Hello{1, name, kToken}; }
  Push greet_with(ConnectionId connection, Bytes bytes) {
    Stranger stranger{{connection, std::move(bytes)}, {}};
    return greeter_.greet(stranger);
  }
  void greet(ConnectionId connection, const Request& request, RequestId id = {1}) {
    EXPECT_EQ(greet_with(connection, frame(request, id)), Push::taken);
  }
  static effect::Admitted admission(ClientNumber client, ConnectionId connection, const std::string& name) {
    return {connection, {5}, client, name, true, {{"lobby", {3}}}};
  }
  static FakeSwitchboard::Item binding(ConnectionId connection, ClientNumber client) {
    return FakeSwitchboard::Binding{connection, client};
  }

  FakeSwitchboard switchboard_;
  Registry registry_{tools_, 1};
  AdmittedKeys keys_;
  Greeter greeter_{{2, 8421, 10'000},
                   {recorder_.mailbox, registry_, switchboard_, board_, keys_, clock_, memory_}};
};

TEST_F(GreeterTest, has_a_hello_decided_with_the_tokens_hash) {
  greet(kDesk, hello("carol"), {5});
  const auto admit = recorder_.next<command::Admit>();
  EXPECT_EQ(admit.connection, kDesk);
  EXPECT_EQ(admit.request, RequestId{5});
  EXPECT_EQ(admit.name, "carol");
  EXPECT_EQ(admit.token, hash_token(kToken));
}

TEST_F(GreeterTest, refuses_all_but_hello) {
  greet(kDesk, request::Ping{}, {5});
  const auto refused = switchboard_.replies.reply_to(5);
  EXPECT_EQ(refused.refusal(), RefusalCode::hello_first);
  EXPECT_EQ(refused.connection, kDesk);
}

TEST_F(GreeterTest, refuses_what_it_cannot_read_and_what_is_no_name) {
  greet_with(kDesk, "no msgpack map");
  EXPECT_EQ(switchboard_.replies.reply_to(0).refusal(), RefusalCode::malformed);
  greet(kDesk, hello("Carol"), {6});
  EXPECT_EQ(switchboard_.replies.reply_to(6).refusal(), RefusalCode::bad_name);
  greet(kDesk, request::Hello{2, "carol", kToken}, {7});
  EXPECT_EQ(switchboard_.replies.reply_to(7).refusal(), RefusalCode::version);
}

TEST_F(GreeterTest, binds_the_connection_before_it_welcomes) {
  greeter_.admitted(admission(kAlice, kDesk, "alice"));
  EXPECT_THAT(switchboard_.wait_for(2), ElementsAre(binding(kDesk, kAlice), FakeSwitchboard::Item(kDesk)));
  EXPECT_EQ(deliver(registry_, kAlice, kDesk, frame(request::Ping{})), Push::taken);
}

TEST_F(GreeterTest, welcomes_with_all_that_a_client_needs) {
  greeter_.admitted(admission(kAlice, kDesk, "alice"));
  const auto sent = switchboard_.replies.reply_to(5);
  const auto& welcome = sent.as<reply::Welcome>();
  EXPECT_EQ(welcome.version, 1U);
  EXPECT_EQ(welcome.client, kAlice);
  EXPECT_EQ(welcome.name, "alice");
  EXPECT_TRUE(welcome.is_new);
  EXPECT_EQ(welcome.epoch, "0123456789abcdef");
  EXPECT_EQ(welcome.feed_port, 8421);
  EXPECT_EQ(welcome.heartbeat_ms, 10'000U);
  EXPECT_EQ(welcome.time, TimeMs{4242});
  EXPECT_THAT(welcome.rooms, ElementsAre(RoomHead{"lobby", {3}}));
}

TEST_F(GreeterTest, says_busy_and_lets_go_when_there_are_too_many_sessions) {
  greeter_.admitted(admission(kAlice, kDesk, "alice"));
  greeter_.admitted({kPhone, {6}, kBob, "bob", false, {}});
  const auto refused = switchboard_.replies.reply_to(6);
  EXPECT_EQ(refused.refusal(), RefusalCode::busy);
  EXPECT_TRUE(refused.as<Refusal>().retry_after_ms);
  const auto depart = recorder_.next<command::Depart>();
  EXPECT_EQ(depart.origin.client, kBob);
  EXPECT_EQ(depart.origin.connection, kPhone);
  EXPECT_EQ(depart.origin.request, RequestId{0}) << "a refusal is the only answer";
}

TEST_F(GreeterTest, has_nothing_decided_for_who_could_not_stay) {
  greeter_.admitted(admission(kAlice, kDesk, "alice"));
  ASSERT_TRUE(switchboard_.replies.reply_to(5).as<reply::Welcome>().client);
  greet({13}, hello("carol"), {6});
  const auto refused = switchboard_.replies.reply_to(6);
  EXPECT_EQ(refused.refusal(), RefusalCode::busy);
  EXPECT_TRUE(refused.as<Refusal>().retry_after_ms);
  greet({14}, hello("alice"), {7});
  EXPECT_EQ(recorder_.next<command::Admit>().name, "alice") << "one who is there may have another connection";
}

TEST_F(GreeterTest, ends_the_session_with_the_last_connection) {
  greeter_.admitted(admission(kAlice, kDesk, "alice"));
  greeter_.departed({kPhone, kAlice, false});
  greeter_.departed({kDesk, kAlice, true});
  EXPECT_THAT(switchboard_.wait_for(4), ElementsAre(binding(kDesk, kAlice), FakeSwitchboard::Item(kDesk),
                                                    binding(kPhone, {}), binding(kDesk, {})));
  EXPECT_TRUE(eventually([] { return threads_named("session-1") == 0; }));
  EXPECT_TRUE(eventually(
      [this] { return deliver(registry_, kAlice, kDesk, frame(request::Ping{})) == Push::closed; }));
}

TEST_F(GreeterTest, has_decided_how_many_connections_one_may_have) {
  Greeter greeter(
      {.capacity = 2, .feed_port = 8421, .heartbeat_ms = 10'000, .per_identity = {0, 0, 0, {"bot"}, 3}},
      {recorder_.mailbox, registry_, switchboard_, board_, keys_, clock_, memory_});
  for (const auto* name : {"carol", "bot"}) {
    Stranger stranger{{kDesk, frame(hello(name))}, {}};
    ASSERT_EQ(greeter.greet(stranger), Push::taken);
  }
  EXPECT_EQ(recorder_.next<command::Admit>().connections_max, 3U);
  EXPECT_EQ(recorder_.next<command::Admit>().connections_max, 30U);
}

TEST_F(GreeterTest, has_who_comes_too_often_wait) {
  Greeter greeter(
      {.capacity = 4, .feed_port = 8421, .heartbeat_ms = 10'000, .per_identity = {0, 1, 0, {}, 0}},
      {recorder_.mailbox, registry_, switchboard_, board_, keys_, clock_, memory_});
  for (const std::uint64_t id : {1U, 2U, 3U}) {
    Stranger stranger{{{id}, frame(hello("carol"), {id})}, {}};
    ASSERT_EQ(greeter.greet(stranger), Push::taken);
  }
  const auto refusal = switchboard_.replies.reply_to(3).as<Refusal>();
  EXPECT_EQ(refusal.code, RefusalCode::too_fast);
  EXPECT_GT(refusal.retry_after_ms.value(), 0U);
  EXPECT_LE(refusal.retry_after_ms.value(), 1000U);
}

TEST_F(GreeterTest, keeps_the_session_while_another_connection_is_left) {
  greeter_.admitted(admission(kAlice, kDesk, "alice"));
  greeter_.departed({kPhone, kAlice, false});
  greeter_.finish();
  EXPECT_EQ(deliver(registry_, kAlice, kDesk, frame(request::Ping{})), Push::taken);
}

TEST_F(GreeterTest, puts_newcomers_off_while_there_is_too_little_memory) {
  resident_ = 2000;
  memory_.look();
  greet(kDesk, hello("carol"), {5});
  EXPECT_EQ(switchboard_.replies.reply_to(5).refusal(), RefusalCode::busy);
  resident_ = 500;
  memory_.look();
  greet(kDesk, hello("carol"), {6});
  EXPECT_EQ(recorder_.next<command::Admit>().request, RequestId{6});
}

TEST_F(GreeterTest, takes_nothing_once_it_finished) {
  greeter_.finish();
  EXPECT_EQ(greet_with(kDesk, frame(hello("carol"))), Push::closed);
}

TEST_F(GreeterTest, needs_a_token_where_nothing_is_encrypted) {
  greet(kDesk, request::Hello{1, "carol"}, {5});
  EXPECT_EQ(switchboard_.replies.reply_to(5).refusal(), RefusalCode::bad_token);
}

TEST_F(GreeterTest, passes_on_the_key_of_the_connection) {
  Stranger stranger{{kDesk, frame(request::Hello{1, "carol"}, {5})}, "key"};
  EXPECT_EQ(greeter_.greet(stranger), Push::taken);
  const auto admit = recorder_.next<command::Admit>();
  EXPECT_EQ(admit.key, "key");
  EXPECT_EQ(admit.token, "") << "a hash of nothing would match another one";
}

TEST_F(GreeterTest, admits_a_key_to_the_feed_before_it_welcomes) {
  auto alice = admission(kAlice, kDesk, "alice");
  alice.key = "key";
  EXPECT_FALSE(is_admitted("key"));
  greeter_.admitted(alice);
  (void)switchboard_.replies.reply_to(5);
  EXPECT_TRUE(is_admitted("key"));
}

/// A greeter that is told what the operator has ordered.
class RuledGreeter : public GreeterTest {
 protected:
  const CurveKey kOld{"old"};
  const CurveKey kNew{"new"};
  std::vector<std::string> done_;  ///< in order
  Greeter ruled_{{2, 8421, 10'000},
                 {recorder_.mailbox, registry_, switchboard_, board_, keys_, clock_, memory_,
                  [this] { done_.push_back(is_admitted(kNew) ? "feed, keys changed" : "feed"); },
                  [this](const effect::Ruling& ruling) { done_.push_back("told " + ruling.about.name); }}};
};

TEST_F(RuledGreeter, changes_keys_hangs_up_and_then_tells_the_operator) {
  keys_.admit(kOld);
  ruled_.ruled({.about = {kAlice, "alice"}, .ended = {kDesk, kPhone}, .forgotten = kOld, .admitted = kNew});
  ruled_.finish();
  EXPECT_FALSE(is_admitted(kOld));
  EXPECT_EQ(keys_.standing_of(kOld), AdmittedKeys::Standing::stranger);
  EXPECT_TRUE(is_admitted(kNew));
  EXPECT_THAT(switchboard_.wait_for(2),
              ElementsAre(FakeSwitchboard::Ending{kDesk}, FakeSwitchboard::Ending{kPhone}));
  EXPECT_THAT(done_, ElementsAre("feed, keys changed", "told alice"));
}

TEST_F(RuledGreeter, bars_the_key_of_who_is_banned) {
  keys_.admit(kOld);
  ruled_.ruled({.about = {kAlice, "alice"}, .barred = kOld});
  ruled_.finish();
  EXPECT_EQ(keys_.standing_of(kOld), AdmittedKeys::Standing::barred);
  EXPECT_THAT(done_, ElementsAre("feed", "told alice"));
}

TEST_F(RuledGreeter, leaves_the_feed_alone_when_nobody_is_to_lose_it) {
  ruled_.ruled({.about = {kAlice, "alice"}, .admitted = kNew});
  ruled_.finish();
  EXPECT_THAT(done_, ElementsAre("told alice"));
}

/// A greeter that takes who has an invitation.
class InvitingGreeter : public GreeterTest {
 protected:
  command::Admit admit_with(const std::string& code) {
    Stranger stranger{{kDesk, frame(request::Hello{1, "carol", kToken, {}, code})}, "key"};
    EXPECT_EQ(inviting_.greet(stranger), Push::taken);
    return recorder_.next<command::Admit>();
  }

  InviteCodes codes_{CurveKey(kKeyBytes, 'k')};
  Greeter inviting_{{2, 8421, 10'000, Registration::invite, codes_},
                    {recorder_.mailbox, registry_, switchboard_, board_, keys_, clock_, memory_}};
};

TEST_F(InvitingGreeter, does_not_show_a_stranger_who_has_a_session_when_there_are_no_more) {
  inviting_.admitted(admission(kAlice, kDesk, "alice"));
  ASSERT_TRUE(switchboard_.replies.reply_to(5).as<reply::Welcome>().client);
  EXPECT_FALSE(admit_with("").may_register) << "the recorder says the same of every name";
  Stranger invited{{kDesk, frame(request::Hello{1, "carol", kToken, {}, codes_.make({4243})}, {6})}, "key"};
  ASSERT_EQ(inviting_.greet(invited), Push::taken);
  EXPECT_EQ(switchboard_.replies.reply_to(6).refusal(), RefusalCode::busy);
}

TEST_F(InvitingGreeter, reads_what_it_has_signed_and_nothing_else) {
  const auto code = codes_.make({4243});
  EXPECT_TRUE(is_token(code)) << code;
  EXPECT_TRUE(admit_with(code).may_register);
  EXPECT_EQ(admit_with(code).invite, admit_with(code).invite);
  EXPECT_NE(admit_with(code).invite, admit_with(codes_.make({4243})).invite);
  EXPECT_FALSE(admit_with(codes_.make({4242})).may_register) << "it is 4242 now";
  EXPECT_FALSE(admit_with("").may_register);
  EXPECT_FALSE(admit_with(InviteCodes(CurveKey(kKeyBytes, 'x')).make({4243})).may_register);
  for (std::size_t place = 0; place < code.size(); ++place) {
    auto forged = code;
    forged[place] = forged[place] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(admit_with(forged).may_register) << place;
  }
}

/// A greeter whose recorder is far behind: one command waits, and the greeter with the next.
class StuckGreeter : public GreeterTest {
 protected:
  StuckGreeter() : GreeterTest(1) {}
};

TEST_F(StuckGreeter, is_full_at_its_bound_but_always_hears_the_recorder) {
  std::size_t taken = 0;
  EXPECT_TRUE(eventually([&] {
    const auto push = greet_with(kDesk, frame(hello("carol")));
    if (push == Push::taken) ++taken;
    return push == Push::full;
  }));
  greeter_.admitted(admission(kAlice, kPhone, "alice"));
  for (; taken > 0; --taken) (void)recorder_.next<command::Admit>();
  EXPECT_NO_THROW((void)switchboard_.replies.reply_to(5).as<reply::Welcome>());
}

TEST(GreetersQueue, counts_what_strangers_have_sent) {
  const auto bytes = [](const Greeter::Item& item) { return Greeter::ItemBytes{}(item); };
  EXPECT_EQ(bytes(Stranger{{kDesk, Bytes(200'000, 'x')}, {}}), 200'000U);
  EXPECT_EQ(bytes(effect::Departed{}), 0U);
}

}  // namespace
}  // namespace palabre::broker
