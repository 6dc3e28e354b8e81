#include "broker/domain/state.hpp"

#include <gmock/gmock.h>

#include "tests/broker/domain/domain_fixture.hpp"
#include "tests/support/people.hpp"
#include "tests/support/stored_message.hpp"

namespace palabre::broker {
namespace {

/// Alice and Bob in the lobby, Bob alone in the tea room.
Image used_store() {
  return {"0123456789abcdef",
          {5000},
          {{kAlice, "alice", {"a"}, {7}}, {kBob, "bob", {"b"}, {0}}},
          {{kLobby, "lobby", {5}, {kAlice, kBob}}, {kTea, "tea", {2}, {kBob}}}};
}

class StateTest : public DomainTest {};

TEST_F(StateTest, never_lets_a_time_decrease) {
  admit("alice", {1});
  now_ = {900};
  const auto earlier = post(kAlice, "lobby", {1}, {"the clock was set back"});
  EXPECT_EQ(messages_in(earlier)[0].at, TimeMs{1000});
  now_ = {1001};
  const auto later = post(kAlice, "lobby", {2}, {"and went on"});
  EXPECT_EQ(messages_in(later)[0].at, TimeMs{1001});
}

TEST_F(StateTest, goes_on_from_a_stores_numbers_names_and_time) {
  state_ = restore(used_store());
  EXPECT_EQ(state_.epoch, "0123456789abcdef");
  EXPECT_EQ(answer_in<Refusal>(admit("alice", {1}, "b")).code, RefusalCode::wrong_token);
  EXPECT_FALSE(effects_of<effect::Admitted>(admit("alice", {1}, "a")).at(0).is_new);
  const auto outcome = post(kAlice, "lobby", {1}, {"again"});
  const auto message = messages_in(outcome).at(0);
  EXPECT_EQ(message.column, Column{8});
  EXPECT_EQ(message.sequence, Sequence{6});
  EXPECT_EQ(message.at, TimeMs{5000}) << "the store is ahead of the clock";
  EXPECT_EQ(effects_of<effect::Admitted>(admit("carol", {3})).at(0).client, ClientNumber{3});
  EXPECT_EQ(state_.rooms.find("tea"), kTea);
  EXPECT_TRUE(state_.rooms.is_member(kTea, kBob));
}

TEST_F(StateTest, goes_on_from_who_made_which_room) {
  Image image = used_store();
  image.rooms[1].made_by = kBob;
  EXPECT_EQ(restore(image).rooms.count_made(kBob, RoomKind::open), 1U);
}

TEST_F(StateTest, comes_back_with_nobody_connected) {
  state_ = restore(used_store());
  EXPECT_FALSE(state_.roster.at(kAlice).is_online());
}

TEST_F(StateTest, goes_back_to_a_store_but_keeps_who_is_connected) {
  state_ = restore(used_store());
  admit("alice", kDesk, "a");
  post(kAlice, "lobby", {1}, {"no space"});
  join(kAlice, "tea");
  admit("carol", {3});
  state_ = restore(used_store(), state_);
  EXPECT_TRUE(state_.roster.is_connected(kAlice, kDesk));
  EXPECT_FALSE(state_.roster.at(kBob).is_online());
  EXPECT_EQ(state_.roster.find("carol"), ClientNumber{0});
  EXPECT_EQ(state_.roster.owner_of({3}), ClientNumber{0});
  EXPECT_EQ(state_.matrix.columns(kAlice), Column{7});
  EXPECT_EQ(state_.matrix.last_counter(kAlice, kOutbox), std::nullopt);
  EXPECT_EQ(state_.rooms.at(kLobby).head, Sequence{5});
  EXPECT_FALSE(state_.rooms.is_member(kTea, kAlice));
}

TEST_F(StateTest, does_not_go_back_in_time_with_a_store_that_is_full) {
  State before;
  before.last_at = TimeMs{5000};
  EXPECT_EQ(restore(Image{}, before).last_at, TimeMs{5000})
      << "what is told then is told at no time otherwise";
}

}  // namespace
}  // namespace palabre::broker
