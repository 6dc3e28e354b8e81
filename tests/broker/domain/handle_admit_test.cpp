#include <gmock/gmock.h>

#include "tests/broker/domain/domain_fixture.hpp"

namespace palabre::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr ConnectionId kDesk{11};
constexpr ConnectionId kPhone{12};

class Admit : public DomainTest {};

TEST_F(Admit, registers_a_new_name_as_a_member_of_the_lobby) {
  const auto outcome = decide(command::Admit{kDesk, {5}, "alice", "secret"});
  ASSERT_THAT(outcome.records, SizeIs(2));
  const auto registered = std::get<record::Registered>(outcome.records[0]);
  EXPECT_EQ(registered.client, kAlice);
  EXPECT_EQ(registered.name, "alice");
  EXPECT_EQ(registered.token, "secret");
  EXPECT_EQ(registered.at, now_);
  const auto joined = std::get<record::Joined>(outcome.records[1]);
  EXPECT_EQ(joined.room, kLobby);
  EXPECT_EQ(joined.client, kAlice);
  EXPECT_TRUE(state_.rooms.is_member(kLobby, kAlice));
}

TEST_F(Admit, opens_the_door_with_number_rooms_and_heads) {
  admit("bob", kPhone);
  post({1}, "lobby", {1}, {"hello?"});
  const auto outcome = decide(command::Admit{kDesk, {5}, "alice", "secret"});
  const auto admitted = effects_of<effect::Admitted>(outcome);
  ASSERT_THAT(admitted, SizeIs(1));
  EXPECT_EQ(admitted[0].connection, kDesk);
  EXPECT_EQ(admitted[0].request, RequestId{5});
  EXPECT_EQ(admitted[0].client, ClientNumber{2});
  EXPECT_EQ(admitted[0].name, "alice");
  EXPECT_TRUE(admitted[0].is_new);
  EXPECT_THAT(admitted[0].rooms, ElementsAre(RoomHead{"lobby", state_.rooms.at(kLobby).head}));
}

TEST_F(Admit, knows_a_name_again_by_its_token) {
  admit("alice", kDesk);
  depart(kAlice, kDesk);
  const auto outcome = admit("alice", kPhone);
  EXPECT_THAT(outcome.records, IsEmpty());
  const auto admitted = effects_of<effect::Admitted>(outcome);
  ASSERT_THAT(admitted, SizeIs(1));
  EXPECT_EQ(admitted[0].client, kAlice);
  EXPECT_FALSE(admitted[0].is_new);
  EXPECT_THAT(notices_in(outcome), ElementsAre("came alice in lobby"));
}

TEST_F(Admit, refuses_a_name_shown_with_another_token) {
  admit("alice", kDesk, "secret");
  const auto outcome = admit("alice", kPhone, "guess");
  EXPECT_EQ(answer_in<Refusal>(outcome).code, RefusalCode::wrong_token);
  EXPECT_THAT(effects_of<effect::Admitted>(outcome), IsEmpty());
  EXPECT_FALSE(state_.roster.is_connected(kAlice, kPhone));
  EXPECT_FALSE(outcome.touched.is_any());
}

TEST_F(Admit, refuses_a_second_name_on_one_connection) {
  admit("alice", kDesk);
  admit("bob", kPhone);
  for (const auto& other : {"bob", "carol"}) {
    const auto outcome = admit(other, kDesk);
    EXPECT_EQ(answer_in<Refusal>(outcome).code, RefusalCode::not_allowed) << other;
    EXPECT_THAT(effects_of<effect::Admitted>(outcome), IsEmpty());
  }
  EXPECT_EQ(state_.roster.owner_of(kDesk), kAlice);
  EXPECT_EQ(state_.roster.find("carol"), ClientNumber{0});
}

TEST_F(Admit, refuses_another_token_even_on_the_identitys_own_connection) {
  admit("alice", kDesk, "secret");
  EXPECT_EQ(answer_in<Refusal>(admit("alice", kDesk, "guess")).code, RefusalCode::wrong_token);
  EXPECT_TRUE(state_.roster.is_connected(kAlice, kDesk));
}

TEST_F(Admit, welcomes_a_repeated_hello_again_without_telling_the_others) {
  admit("alice", kDesk);
  const auto outcome = admit("alice", kDesk);
  ASSERT_THAT(effects_of<effect::Admitted>(outcome), SizeIs(1));
  EXPECT_FALSE(effects_of<effect::Admitted>(outcome)[0].is_new);
  EXPECT_THAT(outcome.records, IsEmpty());
  EXPECT_THAT(notices_in(outcome), IsEmpty());
  EXPECT_FALSE(outcome.touched.is_any());
}

TEST_F(Admit, tells_of_coming_with_the_first_connection_only) {
  const auto first = admit("alice", kDesk);
  EXPECT_THAT(notices_in(first), ElementsAre("came alice in lobby"));
  EXPECT_TRUE(first.touched.is_any());
  const auto second = admit("alice", kPhone);
  EXPECT_THAT(effects_of<effect::Admitted>(second), SizeIs(1));
  EXPECT_THAT(notices_in(second), IsEmpty());
  EXPECT_FALSE(second.touched.is_any());
}

TEST_F(Admit, lets_a_connection_that_said_goodbye_be_somebody_else) {
  admit("alice", kDesk);
  depart(kAlice, kDesk);
  EXPECT_THAT(effects_of<effect::Admitted>(admit("bob", kDesk)), SizeIs(1));
  EXPECT_EQ(state_.roster.owner_of(kDesk), kBob);
}

TEST_F(Admit, takes_the_place_of_the_connection_that_the_same_run_made) {
  static_cast<void>(decide(command::Admit{kDesk, {1}, "alice", "token", {7}}));
  const auto outcome = decide(command::Admit{kPhone, {2}, "alice", "token", {7}});
  const auto departed = effects_of<effect::Departed>(outcome);
  ASSERT_THAT(departed, SizeIs(1));
  EXPECT_EQ(departed[0].connection, kDesk);
  EXPECT_FALSE(departed[0].is_last);
  EXPECT_THAT(notices_in(outcome), IsEmpty());
  EXPECT_THAT(state_.roster.at(kAlice).connections, ElementsAre(kPhone));
}

TEST_F(Admit, refuses_what_arrives_late_on_a_connection_that_was_replaced) {
  static_cast<void>(decide(command::Admit{kDesk, {1}, "alice", "token", {7}}));
  static_cast<void>(decide(command::Admit{kPhone, {2}, "alice", "token", {7}}));
  state_.matrix.learn(kAlice, kOutbox, {});
  const auto late = decide(command::Post{{kAlice, kDesk, {3}}, {"lobby", kOutbox, {1}, {"late"}}});
  EXPECT_EQ(answer_in<Refusal>(late).code, RefusalCode::hello_first);
  EXPECT_THAT(late.records, IsEmpty());
}

TEST_F(Admit, leaves_the_connections_of_other_runs_alone) {
  static_cast<void>(decide(command::Admit{kDesk, {1}, "alice", "token", {7}}));
  for (const RunId run : {RunId{8}, RunId{}, RunId{}}) {
    const ConnectionId another{100 + state_.roster.at(kAlice).connections.size()};
    const auto outcome = decide(command::Admit{another, {2}, "alice", "token", run});
    EXPECT_THAT(effects_of<effect::Departed>(outcome), IsEmpty());
  }
  EXPECT_THAT(state_.roster.at(kAlice).connections, SizeIs(4));
}

}  // namespace
}  // namespace palabre::broker
