#include <gmock/gmock.h>

#include "tests/broker/domain/domain_fixture.hpp"

#include "tests/support/people.hpp"

namespace palabre::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class Admit : public DomainTest {};

TEST_F(Admit, registers_a_new_name_as_a_member_of_the_lobby) {
  const auto outcome = decide(command::Admit{kDesk, {5}, "alice", "secret"});
  ASSERT_THAT(outcome.records, SizeIs(2));
  const auto registered = std::get<record::Registered>(outcome.records[0]);
  EXPECT_EQ(registered.client, kAlice);
  EXPECT_EQ(registered.name, "alice");
  EXPECT_EQ(registered.proof.token, "secret");
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

TEST_F(Admit, refuses_a_name_that_people_could_take_for_another) {
  admit("holly", kDesk);
  admit("max", kPhone);
  for (const auto* twin : {"ho1ly", "h0lly", "rnax"}) {
    const auto refusal = answer_in<Refusal>(admit(twin, ConnectionId{13}));
    EXPECT_EQ(refusal.code, RefusalCode::bad_name) << twin;
  }
  EXPECT_THAT(admit("hally", ConnectionId{13}).records, SizeIs(2));
}

TEST_F(Admit, takes_no_newcomer_who_may_not_register_and_anybody_who_has) {
  admit("alice", kDesk);
  command::Admit newcomer{kPhone, {1}, "bob", "token"};
  newcomer.may_register = false;
  EXPECT_EQ(answer_in<Refusal>(decide(newcomer)).code, RefusalCode::not_registered);
  newcomer.name = "alice";
  EXPECT_THAT(effects_of<effect::Admitted>(decide(newcomer)), SizeIs(1));
}

TEST_F(Admit, takes_one_newcomer_for_each_invitation) {
  command::Admit invited{kDesk, {1}, "alice", "token"};
  invited.invite = InviteId{99};
  EXPECT_THAT(decide(invited).records, SizeIs(2));
  invited.name = "bob";
  invited.connection = kPhone;
  EXPECT_EQ(answer_in<Refusal>(decide(invited)).code, RefusalCode::not_registered);
}

/// With encryption: who somebody is, the key of the connection says.
class AdmitByKey : public Admit {
 protected:
  Outcome admit_with(const CurveKey& key, const std::string& name, ConnectionId connection,
                     const TokenHash& token = {}) {
    return decide(command::Admit{connection, {1}, name, token, {}, key});
  }
};

TEST_F(AdmitByKey, knows_a_name_again_by_its_key_whatever_the_token) {
  admit_with("key", "alice", kDesk, "token");
  const auto outcome = admit_with("key", "alice", kPhone, "another");
  ASSERT_THAT(effects_of<effect::Admitted>(outcome), SizeIs(1));
  EXPECT_EQ(effects_of<effect::Admitted>(outcome)[0].key, "key");
}

TEST_F(AdmitByKey, refuses_another_key_even_with_the_token) {
  admit_with("key", "alice", kDesk, "token");
  EXPECT_EQ(answer_in<Refusal>(admit_with("guess", "alice", kPhone, "token")).code, RefusalCode::wrong_key);
}

TEST_F(AdmitByKey, does_not_tell_who_may_not_register_which_names_are_taken) {
  admit_with("key", "alice", kDesk);
  admit("bob", ConnectionId{13}, "token");
  command::Admit invited{ConnectionId{14}, {1}, "carol", {}, {}, "carol's", true, InviteId{99}};
  decide(invited);
  const auto refusals = [this](const command::Admit& stranger) {
    std::vector<std::string> sentences;
    for (const auto* name : {"alice", "bob", "carol", "nobody"}) {
      auto admit = stranger;
      admit.name = name;
      const auto refusal = answer_in<Refusal>(decide(admit));
      EXPECT_EQ(refusal.code, RefusalCode::not_registered) << name;
      sentences.push_back(refusal.text);
    }
    return sentences;
  };
  const command::Admit uninvited{kPhone, {1}, {}, "guess", {}, "a stranger's", false};
  EXPECT_THAT(refusals(uninvited), testing::Each(refusals(uninvited).front()));
  const command::Admit late{kPhone, {1}, {}, "guess", {}, "a stranger's", true, InviteId{99}};
  EXPECT_THAT(refusals(late), testing::Each(refusals(late).front()));
}

TEST_F(AdmitByKey, tells_who_lost_his_key_and_was_invited_again_that_it_is_another_one) {
  admit_with("key", "alice", kDesk);
  const command::Admit invited{kPhone, {1}, "alice", {}, {}, "a new key", true, InviteId{99}};
  EXPECT_EQ(answer_in<Refusal>(decide(invited)).code, RefusalCode::wrong_key);
}

TEST_F(AdmitByKey, takes_who_may_not_register_for_whom_the_token_proves) {
  admit("alice", kDesk, "token");
  const command::Admit bound{kPhone, {1}, "alice", "token", {}, "key", false};
  EXPECT_THAT(effects_of<effect::Admitted>(decide(bound)), SizeIs(1));
}

TEST_F(AdmitByKey, welcomes_a_hello_that_is_said_again_on_the_same_connection) {
  admit_with("key", "alice", kDesk);
  EXPECT_THAT(effects_of<effect::Admitted>(admit("alice", kDesk, "a hash of no token")), SizeIs(1));
  EXPECT_EQ(answer_in<Refusal>(admit("alice", kPhone, "a hash of no token")).code, RefusalCode::wrong_token);
}

TEST_F(AdmitByKey, gives_a_key_one_name) {
  admit_with("key", "alice", kDesk);
  EXPECT_EQ(answer_in<Refusal>(admit_with("key", "bob", kPhone)).code, RefusalCode::not_allowed);
}

TEST_F(AdmitByKey, binds_the_key_of_who_was_known_by_a_token) {
  admit("alice", kDesk, "token");
  EXPECT_EQ(answer_in<Refusal>(admit_with("key", "alice", kPhone, "guess")).code, RefusalCode::wrong_key);
  EXPECT_EQ(answer_in<Refusal>(admit_with("key", "alice", kPhone)).code, RefusalCode::wrong_key);
  const auto outcome = admit_with("key", "alice", kPhone, "token");
  ASSERT_THAT(outcome.records, SizeIs(1));
  EXPECT_EQ(std::get<record::KeyBound>(outcome.records[0]).key, "key");
  EXPECT_THAT(admit_with("key", "alice", kPhone).records, IsEmpty());
}

TEST_F(AdmitByKey, does_not_open_a_name_without_a_token_to_who_has_none) {
  admit_with("key", "alice", kDesk);
  EXPECT_EQ(answer_in<Refusal>(admit("alice", kPhone, "")).code, RefusalCode::bad_token);
}

class ConnectionsOfOne : public DomainTest {
 protected:
  /// Alice's `connection`, of which there may be two.
  Outcome come(ConnectionId connection, RunId run = {}) {
    command::Admit hello{connection, {1}, "alice", "token", run};
    hello.connections_max = 2;
    return decide(hello);
  }
  static std::vector<effect::Admitted> welcomed(const Outcome& outcome) {
    return effects_of<effect::Admitted>(outcome);
  }
};

TEST_F(ConnectionsOfOne, are_bounded_and_the_next_one_is_told_to_try_later) {
  come(kDesk);
  come(kPhone);
  const auto refusal = answer_in<Refusal>(come({13}));
  EXPECT_EQ(refusal.code, RefusalCode::busy);
  EXPECT_EQ(refusal.text, "as many of your connections are open as one may have (2)");
  EXPECT_EQ(refusal.retry_after_ms, 1000U);
  EXPECT_THAT(welcomed(admit("bob", {14})), SizeIs(1)) << "nobody else's business";
  depart(kAlice, kDesk);
  EXPECT_THAT(welcomed(come({13})), SizeIs(1));
}

TEST_F(ConnectionsOfOne, may_say_hello_again) {
  come(kDesk);
  come(kPhone);
  EXPECT_THAT(welcomed(come(kPhone)), SizeIs(1));
}

TEST_F(ConnectionsOfOne, do_not_count_what_their_run_has_given_up) {
  come(kDesk, {7});
  come(kPhone, {8});
  EXPECT_THAT(welcomed(come({13}, {7})), SizeIs(1)) << "the network was away, and kDesk with it";
  EXPECT_FALSE(state_.roster.is_connected(kAlice, kDesk));
  EXPECT_EQ(answer_in<Refusal>(come({14}, {9})).code, RefusalCode::busy);
}

TEST_F(ConnectionsOfOne, are_no_strangers_again_by_a_hello_behind_a_goodbye) {
  admit("alice", kDesk);
  depart(kAlice, kDesk);
  for (const auto* name : {"alice", "carol"}) {
    command::Admit behind{kDesk, {2}, name, "token"};
    behind.is_said_again = true;
    EXPECT_EQ(answer_in<Refusal>(decide(behind)).code, RefusalCode::busy) << name;
  }
  EXPECT_EQ(state_.roster.find("carol"), ClientNumber{0}) << "nobody looked whether she may register";
}

}  // namespace
}  // namespace palabre::broker
