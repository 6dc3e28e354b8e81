#include <gmock/gmock.h>

#include "tests/broker/domain/domain_fixture.hpp"

#include "tests/support/people.hpp"

namespace palabre::broker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const CurveKey kKey(kKeyBytes, 'k');
const CurveKey kOtherKey(kKeyBytes, 'o');

/// What an order of the operator does: alice is known by a key, and is there twice.
class Operate : public DomainTest {
 protected:
  Operate() {
    admit_with(kKey, "alice", kDesk);
    admit_with(kKey, "alice", kPhone);
  }

  Outcome admit_with(const CurveKey& key, const std::string& name, ConnectionId connection) {
    return decide(command::Admit{connection, {1}, name, {}, {}, key});
  }
  Outcome order(Order what) { return decide(command::Operate{{7}, std::move(what)}); }
  Outcome ban(const std::string& name, const std::string& reason = "spam") {
    return order(order::Ban{name, reason});
  }
  static effect::Ruling ruling_in(const Outcome& outcome) {
    const auto rulings = effects_of<effect::Ruling>(outcome);
    if (rulings.size() != 1) throw std::logic_error("not one ruling");
    return rulings.front();
  }
  static RefusalCode refusal_in(const Outcome& outcome) { return ruling_in(outcome).refusal.value().code; }
  State after_restart(const Outcome& outcome) const {
    Image image = empty_store();
    image.clients.push_back({kAlice, "alice", state_.roster.at(kAlice).proof, {}});
    for (const auto& act : records_of<record::OperatorAct>(outcome)) image.clients[0].ban = act.text;
    return restore(image);
  }
};

TEST_F(Operate, answers_the_order_that_was_given) { EXPECT_EQ(ruling_in(ban("alice")).order, OrderId{7}); }

TEST_F(Operate, a_ban_bars_the_key_and_ends_every_connection) {
  const auto outcome = ban("alice");
  const auto ruling = ruling_in(outcome);
  EXPECT_EQ(ruling.about, (NamedClient{kAlice, "alice"}));
  EXPECT_EQ(ruling.barred, kKey);
  EXPECT_EQ(ruling.admitted, CurveKey{});
  EXPECT_THAT(ruling.ended, ElementsAre(kDesk, kPhone));
  const auto departed = effects_of<effect::Departed>(outcome);
  ASSERT_THAT(departed, SizeIs(2));
  EXPECT_FALSE(departed[0].is_last);
  EXPECT_TRUE(departed[1].is_last);
  EXPECT_THAT(notices_in(outcome), ElementsAre("went alice in lobby"));
  EXPECT_TRUE(outcome.touched.is_any());
}

TEST_F(Operate, closes_the_doors_before_it_lets_anybody_go) {
  const auto outcome = ban("alice");
  EXPECT_TRUE(std::holds_alternative<effect::Ruling>(outcome.effects.front()));
}

TEST_F(Operate, a_ban_is_kept_with_its_time_and_reason) {
  const auto acts = records_of<record::OperatorAct>(ban("alice", "spam"));
  ASSERT_THAT(acts, SizeIs(1));
  EXPECT_EQ(acts[0].kind, record::OperatorAct::Kind::ban);
  EXPECT_EQ(acts[0].client, kAlice);
  EXPECT_EQ(acts[0].text, "spam");
  EXPECT_EQ(acts[0].at, now_);
}

TEST_F(Operate, refuses_the_hello_of_who_is_banned_with_the_reason) {
  state_ = after_restart(ban("alice", "spam"));
  const auto refusal = answer_in<Refusal>(admit_with(kKey, "alice", kDesk));
  EXPECT_EQ(refusal.code, RefusalCode::banned);
  EXPECT_THAT(refusal.text, HasSubstr("spam"));
  EXPECT_FALSE(refusal.retry_after_ms.has_value());
  EXPECT_FALSE(state_.roster.is_connected(kAlice, kDesk));
}

TEST_F(Operate, tells_of_a_ban_only_who_proves_to_be_meant) {
  ban("alice");
  EXPECT_EQ(answer_in<Refusal>(admit_with(kOtherKey, "alice", kDesk)).code, RefusalCode::wrong_key);
}

TEST_F(Operate, takes_nothing_any_more_from_who_was_banned) {
  ban("alice");
  EXPECT_EQ(answer_in<Refusal>(post(kAlice, "lobby", {1}, {"still here"})).code, RefusalCode::hello_first);
}

TEST_F(Operate, lets_in_again_who_is_not_banned_any_more) {
  ban("alice");
  const auto outcome = order(order::Unban{"alice"});
  EXPECT_EQ(ruling_in(outcome).admitted, kKey);
  EXPECT_EQ(records_of<record::OperatorAct>(outcome).at(0).kind, record::OperatorAct::Kind::unban);
  EXPECT_THAT(effects_of<effect::Admitted>(admit_with(kKey, "alice", kDesk)), SizeIs(1));
}

TEST_F(Operate, refuses_what_makes_no_sense_and_changes_nothing) {
  EXPECT_EQ(refusal_in(ban("bob")), RefusalCode::no_such_client);
  EXPECT_EQ(refusal_in(order(order::Unban{"bob"})), RefusalCode::no_such_client);
  EXPECT_EQ(refusal_in(order(order::Unban{"alice"})), RefusalCode::not_allowed);
  EXPECT_EQ(refusal_in(order(order::Rebind{"bob", kOtherKey})), RefusalCode::no_such_client);
  EXPECT_EQ(refusal_in(order(order::Rebind{"alice", kKey})), RefusalCode::not_allowed);
  EXPECT_EQ(refusal_in(order(order::Add{"alice", kOtherKey})), RefusalCode::not_allowed);
  EXPECT_EQ(refusal_in(order(order::Add{"bob", kKey})), RefusalCode::not_allowed);
  EXPECT_EQ(refusal_in(order(order::Add{"a1ice", kOtherKey})), RefusalCode::bad_name);
  ban("alice");
  const auto outcome = ban("alice");
  EXPECT_EQ(refusal_in(outcome), RefusalCode::not_allowed);
  EXPECT_THAT(outcome.records, IsEmpty());
  EXPECT_THAT(state_.roster.all(), SizeIs(1));
}

TEST_F(Operate, adds_a_name_that_only_its_key_proves) {
  const auto outcome = order(order::Add{"bob", kOtherKey});
  EXPECT_EQ(ruling_in(outcome).about, (NamedClient{kBob, "bob"}));
  EXPECT_EQ(ruling_in(outcome).admitted, kOtherKey);
  EXPECT_EQ(records_of<record::Registered>(outcome).at(0).proof.key, kOtherKey);
  EXPECT_EQ(records_of<record::OperatorAct>(outcome).at(0).text, text_of(kOtherKey));
  EXPECT_TRUE(state_.rooms.is_member(kLobby, kBob));
  command::Admit bob{{13}, {1}, "bob", {}, {}, kOtherKey};
  bob.may_register = false;
  EXPECT_THAT(effects_of<effect::Admitted>(decide(bob)), SizeIs(1));
}

TEST_F(Operate, a_rebound_name_keeps_its_number_and_the_old_key_proves_nobody) {
  const auto outcome = order(order::Rebind{"alice", kOtherKey});
  const auto ruling = ruling_in(outcome);
  EXPECT_EQ(ruling.forgotten, kKey);
  EXPECT_EQ(ruling.admitted, kOtherKey);
  EXPECT_THAT(ruling.ended, ElementsAre(kDesk, kPhone));
  EXPECT_EQ(records_of<record::KeyBound>(outcome).at(0).key, kOtherKey);
  EXPECT_EQ(answer_in<Refusal>(admit_with(kKey, "alice", kDesk)).code, RefusalCode::wrong_key);
  EXPECT_EQ(effects_of<effect::Admitted>(admit_with(kOtherKey, "alice", kDesk)).at(0).client, kAlice);
  EXPECT_EQ(effects_of<effect::Admitted>(admit_with(kKey, "carol", kPhone)).at(0).client, kBob)
      << "whoever has it is somebody new";
}

TEST_F(Operate, a_rebound_name_is_not_proven_by_its_token_either) {
  admit("bob", {13}, "token");
  EXPECT_TRUE(records_of<record::KeyBound>(order(order::Rebind{"bob", kOtherKey})).at(0).voids_token);
  EXPECT_EQ(answer_in<Refusal>(admit("bob", {14}, "token")).code, RefusalCode::wrong_token);
}

TEST_F(Operate, tells_the_rooms_of_who_was_rebound) {
  decide(command::Join{{kAlice, kDesk, {1}}, "tea"});
  const auto notices = notices_in(order(order::Rebind{"alice", kOtherKey}));
  EXPECT_THAT(notices, ElementsAre("rekeyed alice in lobby", "rekeyed alice in tea", "went alice in lobby"));
}

TEST_F(Operate, tells_of_a_new_key_under_the_present_name_whatever_the_operator_said) {
  order(order::Rename{"alice", "alix"});
  const auto notices = notices_in(order(order::Rebind{"alice", kOtherKey}));
  EXPECT_THAT(notices, ElementsAre("rekeyed alix in lobby", "went alix in lobby"));
}

TEST_F(Operate, keeps_out_who_is_banned_whatever_the_new_key) {
  ban("alice");
  const auto ruling = ruling_in(order(order::Rebind{"alice", kOtherKey}));
  EXPECT_EQ(ruling.barred, kOtherKey);
  EXPECT_EQ(ruling.admitted, CurveKey{});
  EXPECT_EQ(answer_in<Refusal>(admit_with(kOtherKey, "alice", kDesk)).code, RefusalCode::banned);
}

}  // namespace
}  // namespace palabre::broker
