#include "broker/session/registry.hpp"

#include "tests/broker/session/session_fixture.hpp"

namespace palabre::broker {
namespace {

class RegistryTest : public SessionTest {
 protected:
  Registry registry_{tools_, 2};
};

TEST_F(RegistryTest, delivers_to_the_clients_session) {
  ASSERT_TRUE(registry_.open(kAlice));
  ASSERT_TRUE(registry_.open(kBob));
  EXPECT_EQ(deliver(registry_, kBob, kPhone, frame(request::Join{"tea"})), Push::taken);
  const auto join = recorder_.next<command::Join>();
  EXPECT_EQ(join.origin.client, kBob);
  EXPECT_EQ(join.origin.connection, kPhone);
}

TEST_F(RegistryTest, has_nobody_to_deliver_to_without_a_session) {
  EXPECT_EQ(deliver(registry_, kAlice, kDesk, frame(request::Ping{})), Push::closed);
  registry_.vanished(kAlice, kDesk);
  registry_.close(kAlice);
}

TEST_F(RegistryTest, tells_the_session_that_a_connection_vanished) {
  ASSERT_TRUE(registry_.open(kAlice));
  registry_.vanished(kAlice, kDesk);
  const auto depart = recorder_.next<command::Depart>();
  EXPECT_EQ(depart.origin.client, kAlice);
  EXPECT_EQ(depart.origin.connection, kDesk);
}

TEST_F(RegistryTest, opens_one_session_a_client) {
  EXPECT_TRUE(registry_.open(kAlice));
  EXPECT_TRUE(registry_.open(kAlice));
  EXPECT_TRUE(eventually([] { return threads_named("session-1") == 1; }));
}

TEST_F(RegistryTest, opens_as_many_sessions_as_it_may) {
  EXPECT_TRUE(registry_.open(kAlice));
  EXPECT_TRUE(registry_.open(kBob));
  EXPECT_FALSE(registry_.open({3}));
  EXPECT_TRUE(registry_.open(kBob)) << "who has a session needs no other";
  registry_.close(kAlice);
  EXPECT_TRUE(registry_.open({3}));
}

TEST_F(RegistryTest, says_who_may_have_a_session) {
  ASSERT_TRUE(registry_.open(kAlice));
  EXPECT_TRUE(registry_.has_room_for(kBob));
  EXPECT_TRUE(registry_.has_room_for({})) << "somebody new";
  ASSERT_TRUE(registry_.open(kBob));
  EXPECT_TRUE(registry_.has_room_for(kAlice));
  EXPECT_FALSE(registry_.has_room_for({}));
}

TEST_F(RegistryTest, ends_a_session_with_its_thread_once_it_answered) {
  ASSERT_TRUE(registry_.open(kAlice));
  deliver(registry_, kAlice, kDesk, frame(request::Ping{}, {5}));
  registry_.close(kAlice);
  EXPECT_EQ(threads_named("session-1"), 0U);
  EXPECT_EQ(replies_.all().size(), 1U) << "pong or hello_first, but an answer";
  EXPECT_EQ(deliver(registry_, kAlice, kDesk, frame(request::Ping{})), Push::closed);
}

TEST_F(RegistryTest, gives_who_comes_back_what_he_had_left_and_no_more) {
  tools_.per_identity.messages = 1;
  Registry registry(tools_, 2);
  ASSERT_TRUE(registry.open(kAlice));
  deliver(registry, kAlice, kDesk, frame(request::Post{"lobby", {7}, {1}, texts_of({"one", "two"})}, {1}));
  registry.close(kAlice);
  ASSERT_TRUE(registry.open(kAlice));
  deliver(registry, kAlice, kDesk, frame(request::Post{"lobby", {8}, {1}, texts_of({"one", "two"})}, {2}));
  EXPECT_EQ(replies_.reply_to(2).refusal(), RefusalCode::too_fast);
  registry.close(kAlice);
}

TEST_F(RegistryTest, ends_all_sessions) {
  ASSERT_TRUE(registry_.open(kAlice));
  ASSERT_TRUE(registry_.open(kBob));
  registry_.close_all();
  EXPECT_EQ(threads_named("session-1") + threads_named("session-2"), 0U);
}

}  // namespace
}  // namespace palabre::broker
