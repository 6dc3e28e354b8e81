#include <gmock/gmock.h>

#include "broker/domain/directory.hpp"
#include "tests/broker/domain/domain_fixture.hpp"

namespace palabre::broker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr ConnectionId kAlices{1};
constexpr ConnectionId kBobs{2};
constexpr ConnectionId kStranger{13};

/// What becomes of alice when the operator gives her another name. Bob is there, too.
class Rename : public DomainTest {
 protected:
  Rename() {
    admit("alice", kAlices, "hers");
    admit("bob", kBobs, "his");
  }

  Outcome rename(const std::string& name, const std::string& next) {
    return decide(command::Operate{{7}, order::Rename{name, next}});
  }
  static effect::Ruling ruling_in(const Outcome& outcome) {
    return effects_of<effect::Ruling>(outcome).at(0);
  }
  /// What nobody could do, and why: nothing has changed.
  RefusalCode refused(const std::string& name, const std::string& next) {
    const auto outcome = rename(name, next);
    EXPECT_THAT(outcome.records, IsEmpty());
    EXPECT_THAT(outcome.effects, SizeIs(1));
    EXPECT_EQ(state_.roster.at(kAlice).name, "alice");
    EXPECT_EQ(state_.roster.at(kBob).name, "bob");
    return ruling_in(outcome).refusal.value().code;
  }
  /// As after a restart, with everybody gone.
  void restart(const std::vector<std::string>& alices) {
    Image image = empty_store();
    image.clients.push_back({kAlice, "alice", {"hers"}, {}, {}, alices});
    image.clients.push_back({kBob, "bob", {"his"}, {}});
    for (const auto& room : state_.rooms.all()) {
      if (room.name == kLobbyName) continue;
      const auto number = RoomNumber{static_cast<std::uint32_t>(image.rooms.size() + 1)};
      image.rooms.push_back({number, room.name, room.head, {room.members.begin(), room.members.end()}});
      for (const auto& standing : room.standings) image.rooms.back().standings.push_back(standing);
    }
    state_ = restore(image);
  }
  [[nodiscard]] std::shared_ptr<const Directory> book() const { return picture(state_); }
};

TEST_F(Rename, keeps_number_connections_and_rooms) {
  join(kAlice, "tea");
  const auto outcome = rename("alice", "alicia");
  EXPECT_EQ(ruling_in(outcome).about, (NamedClient{kAlice, "alicia"}));
  EXPECT_THAT(ruling_in(outcome).ended, IsEmpty());
  EXPECT_EQ(state_.roster.at(kAlice).name, "alicia");
  EXPECT_TRUE(state_.roster.is_connected(kAlice, kAlices));
  EXPECT_TRUE(state_.rooms.is_member(kTea, kAlice));
  EXPECT_EQ(effects_of<effect::Acknowledge>(post(kAlice, "tea", {1}, {"still me"})).size(), 1U);
}

TEST_F(Rename, is_kept_with_its_time_as_one_act) {
  const auto outcome = rename("alice", "alicia");
  ASSERT_THAT(outcome.records, SizeIs(1));
  const auto act = records_of<record::OperatorAct>(outcome).at(0);
  EXPECT_EQ(act.kind, record::OperatorAct::Kind::rename);
  EXPECT_EQ(act.client, kAlice);
  EXPECT_EQ(act.text, "alicia");
  EXPECT_EQ(act.at, now_);
}

TEST_F(Rename, tells_every_room_the_new_name_and_the_old_one) {
  join(kAlice, "tea");
  const auto outcome = rename("alice", "alicia");
  EXPECT_THAT(notices_in(outcome), ElementsAre("renamed alicia in lobby", "renamed alicia in tea"));
  EXPECT_EQ(effects_of<effect::Notify>(outcome).at(0).what.was, "alice");
}

TEST_F(Rename, tells_whom_one_talks_to_by_the_rooms_new_name) {
  post(kBob, "@alice", {1}, {"hello"});
  const auto told = effects_of<effect::NotifyMembers>(rename("alice", "alicia"));
  ASSERT_THAT(told, SizeIs(2));
  EXPECT_EQ(told[0].room, "@bob");
  EXPECT_THAT(told[0].connections, ElementsAre(kAlices));
  EXPECT_EQ(told[1].room, "@alicia");
  EXPECT_THAT(told[1].connections, ElementsAre(kBobs));
}

TEST_F(Rename, wants_a_name_that_is_nobody_elses) {
  EXPECT_EQ(refused("nobody", "somebody"), RefusalCode::no_such_client);
  EXPECT_EQ(refused("alice", "alice"), RefusalCode::not_allowed);
  EXPECT_EQ(refused("alice", "bob"), RefusalCode::not_allowed);
  EXPECT_EQ(refused("alice", "b0b"), RefusalCode::bad_name);
}

TEST_F(Rename, may_give_a_name_that_looks_like_the_old_one) {
  EXPECT_FALSE(ruling_in(rename("alice", "a1ice")).refusal.has_value());
  EXPECT_EQ(state_.roster.at(kAlice).name, "a1ice");
}

TEST_F(Rename, leaves_the_old_name_to_nobody_else) {
  rename("alice", "alicia");
  for (int restarts = 0; restarts < 2; ++restarts) {
    EXPECT_EQ(answer_in<Refusal>(admit("alice", kStranger, "another")).code, RefusalCode::wrong_token);
    EXPECT_EQ(answer_in<Refusal>(admit("a1ice", kStranger, "another")).code, RefusalCode::bad_name);
    const auto added = decide(command::Operate{{8}, order::Add{"alice", CurveKey(kKeyBytes, 'k')}});
    EXPECT_THAT(ruling_in(added).refusal.value().text, HasSubstr("was \"alicia\" before"));
    EXPECT_EQ(ruling_in(rename("bob", "alice")).refusal.value().code, RefusalCode::not_allowed);
    EXPECT_EQ(ruling_in(rename("bob", "a1ice")).refusal.value().code, RefusalCode::bad_name);
    EXPECT_THAT(state_.roster.all(), SizeIs(2));
    restart({"alicia"});
  }
}

TEST_F(Rename, knows_its_bearer_by_the_old_name_and_says_the_new_one) {
  rename("alice", "alicia");
  for (int restarts = 0; restarts < 2; ++restarts) {
    const auto admitted = effects_of<effect::Admitted>(admit("alice", {21}, "hers")).at(0);
    EXPECT_EQ(admitted.client, kAlice);
    EXPECT_EQ(admitted.name, "alicia");
    EXPECT_EQ(effects_of<effect::Admitted>(admit("alicia", {22}, "hers")).at(0).client, kAlice);
    restart({"alicia"});
  }
}

TEST_F(Rename, can_be_taken_back_and_leaves_the_name_between_taken) {
  rename("alice", "alicia");
  EXPECT_EQ(ruling_in(rename("alicia", "alice")).about, (NamedClient{kAlice, "alice"}));
  for (int restarts = 0; restarts < 2; ++restarts) {
    EXPECT_EQ(state_.roster.at(kAlice).name, "alice");
    EXPECT_EQ(answer_in<Refusal>(admit("alicia", kStranger, "another")).code, RefusalCode::wrong_token);
    restart({"alicia", "alice"});
  }
}

TEST_F(Rename, leaves_closed_rooms_their_names_and_their_owner) {
  join(kAlice, "alice/tea");
  rename("alice", "alicia");
  EXPECT_EQ(state_.rooms.at(kTea).name, "alice/tea");
  EXPECT_EQ(answer_in<reply::Joined>(join(kAlice, "alice/tea")).room, "alice/tea");
  EXPECT_EQ(state_.rooms.at(kTea).standing(kAlice)->role, Role::owner);
  EXPECT_EQ(answer_in<Refusal>(join(kBob, "alice/tea")).code, RefusalCode::no_such_room);
}

TEST_F(Rename, makes_new_closed_rooms_under_the_present_name_only) {
  rename("alice", "alicia");
  EXPECT_EQ(answer_in<Refusal>(join(kAlice, "alice/cake")).code, RefusalCode::no_such_room);
  EXPECT_TRUE(answer_in<reply::Joined>(join(kAlice, "alicia/cake")).is_new);
}

TEST_F(Rename, lets_both_names_reach_the_same_direct_room) {
  post(kBob, "@alice", {1}, {"before"});
  rename("alice", "alicia");
  EXPECT_THAT(effects_of<effect::Acknowledge>(post(kBob, "@alice", {2}, {"to the old one"})), SizeIs(1));
  EXPECT_THAT(effects_of<effect::Acknowledge>(post(kBob, "@alicia", {3}, {"to the new one"})), SizeIs(1));
  EXPECT_EQ(state_.rooms.at(kTea).head, Sequence{3});
  EXPECT_EQ(answer_in<reply::Joined>(join(kBob, "@alice")).room, "@alicia")
      << "JOINED says what it is called";
  for (int restarts = 0; restarts < 2; ++restarts) {
    EXPECT_EQ(book()->find_room(kBob, "@alice"), kTea);
    EXPECT_EQ(book()->find_room(kBob, "@alicia"), kTea);
    EXPECT_EQ(book()->name_for(kBob, kTea), "@alicia");
    restart({"alicia"});
  }
}

TEST_F(Rename, shows_both_names_in_the_next_picture) {
  auto shown = book();
  const auto outcome = rename("alice", "alicia");
  shown = shown->after(state_, outcome.touched);
  EXPECT_EQ(shown->find_client("alicia"), kAlice);
  EXPECT_EQ(shown->find_client("alice"), kAlice);
  EXPECT_THAT(shown->former_names_of(kAlice), ElementsAre("alice"));
  EXPECT_EQ(shown->find_client("bob"), kBob);
}

TEST_F(Rename, moderates_by_any_name_and_tells_the_present_one) {
  join(kBob, "bob/tea");
  rename("alice", "alicia");
  const auto outcome =
      decide(command::Moderate{origin(kBob), {"bob/tea", Moderation::invite, "alice", {}, 0, {}}});
  EXPECT_EQ(effects_of<effect::NotifyMembers>(outcome).at(0).what.name, "alicia");
}

TEST_F(Rename, orders_about_the_old_name_are_about_its_bearer) {
  rename("alice", "alicia");
  const auto ruling = ruling_in(decide(command::Operate{{8}, order::Ban{"alice", "spam"}}));
  EXPECT_EQ(ruling.about, (NamedClient{kAlice, "alicia"}));
  EXPECT_TRUE(state_.roster.at(kAlice).ban.has_value());
}

}  // namespace
}  // namespace palabre::broker
