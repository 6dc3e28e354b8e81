#include <gmock/gmock.h>

#include "schema/limits.hpp"
#include "tests/broker/domain/domain_fixture.hpp"

namespace palabre::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class JoinAndLeave : public DomainTest {
 protected:
  JoinAndLeave() {
    admit("alice", {1});
    admit("bob", {2});
  }

  /// Adds rooms of which nobody is a member until there are so many.
  void fill_rooms(std::size_t count, const std::string& prefix = "room") {
    while (state_.rooms.all().size() < count) {
      state_.rooms.add(prefix + std::to_string(state_.rooms.all().size()));
    }
  }
  /// Makes and leaves rooms until that is refused, and says how many.
  std::size_t make_all_he_may(ClientNumber client, const std::string& prefix) {
    for (std::size_t made = 0;; ++made) {
      const auto outcome = join(client, prefix + std::to_string(made));
      const auto reply = effects_of<effect::Answer>(outcome).at(0).reply;
      if (const auto* refusal = std::get_if<Refusal>(&reply)) {
        EXPECT_EQ(refusal->code, RefusalCode::too_many);
        return made;
      }
      state_.rooms.leave(state_.rooms.find(prefix + std::to_string(made)), client);
    }
  }
  /// Makes Alice a member of so many rooms in all.
  void fill_memberships(std::size_t count) {
    fill_rooms(count);
    for (std::uint32_t room = 1; room <= count; ++room) state_.rooms.join({room}, kAlice);
  }
};

TEST_F(JoinAndLeave, makes_a_room_that_does_not_exist) {
  const auto outcome = join(kAlice, "tea");
  ASSERT_THAT(outcome.records, SizeIs(2));
  const auto made = std::get<record::RoomMade>(outcome.records[0]);
  EXPECT_EQ(made.room, kTea);
  EXPECT_EQ(made.name, "tea");
  EXPECT_EQ(made.by, kAlice);
  EXPECT_EQ(made.at, now_);
  EXPECT_EQ(std::get<record::Joined>(outcome.records[1]).room, kTea);
  EXPECT_TRUE(answer_in<reply::Joined>(outcome).is_new);
  EXPECT_THAT(notices_in(outcome), ElementsAre("joined alice in tea"));
  EXPECT_TRUE(outcome.touched.is_any());
}

TEST_F(JoinAndLeave, joins_a_room_of_others_and_says_its_head) {
  join(kAlice, "tea");
  post(kAlice, "tea", {1}, {"one", "two"});
  const auto outcome = join(kBob, "tea");
  EXPECT_THAT(records_of<record::RoomMade>(outcome), IsEmpty());
  EXPECT_THAT(records_of<record::Joined>(outcome), SizeIs(1));
  const auto joined = answer_in<reply::Joined>(outcome);
  EXPECT_EQ(joined.room, "tea");
  EXPECT_EQ(joined.head, Sequence{2});
  EXPECT_FALSE(joined.is_new);
}

TEST_F(JoinAndLeave, answers_a_repeated_join_and_changes_nothing) {
  join(kAlice, "tea");
  const auto outcome = join(kAlice, "tea");
  EXPECT_FALSE(answer_in<reply::Joined>(outcome).is_new);
  EXPECT_THAT(outcome.records, IsEmpty());
  EXPECT_THAT(notices_in(outcome), IsEmpty());
  EXPECT_FALSE(outcome.touched.is_any());
}

TEST_F(JoinAndLeave, makes_rooms_up_to_the_limit_and_no_more) {
  fill_rooms(limits::kRoomsMax - 1);
  EXPECT_TRUE(answer_in<reply::Joined>(join(kAlice, "last")).is_new);
  const auto outcome = join(kAlice, "one-too-many");
  EXPECT_EQ(answer_in<Refusal>(outcome).code, RefusalCode::too_many);
  EXPECT_THAT(outcome.records, IsEmpty());
  EXPECT_EQ(state_.rooms.find("one-too-many"), RoomNumber{0});
  EXPECT_FALSE(answer_in<reply::Joined>(join(kBob, "last")).is_new) << "what exists may be joined";
}

TEST_F(JoinAndLeave, lets_one_make_an_eighth_of_the_rooms_that_are_left) {
  EXPECT_EQ(make_all_he_may(kAlice, "a"), 113U) << "910 are left then";
  EXPECT_EQ(make_all_he_may(kBob, "b"), 101U);
  EXPECT_EQ(make_all_he_may(kAlice, "more-"), 0U);
  EXPECT_FALSE(answer_in<reply::Joined>(join(kAlice, "b0")).is_new) << "what exists may be joined";
}

TEST_F(JoinAndLeave, lets_one_make_eight_rooms_as_long_as_there_are_any) {
  fill_rooms(limits::kRoomsMax - 10);
  EXPECT_EQ(make_all_he_may(kAlice, "a"), 8U);
  EXPECT_EQ(make_all_he_may(kBob, "b"), 2U);
}

TEST_F(JoinAndLeave, counts_closed_rooms_apart_and_lets_nobody_count_those_of_others) {
  fill_rooms(limits::kRoomsMax, "carol/");
  EXPECT_EQ(make_all_he_may(kAlice, "a"), 113U) << "as if there were no closed ones";
  EXPECT_EQ(make_all_he_may(kBob, "bob/"), 1U);
  EXPECT_THAT(answer_in<Refusal>(join(kBob, "bob/more")).text, testing::HasSubstr("no more rooms"));
}

TEST_F(JoinAndLeave, lets_one_make_so_many_closed_rooms_however_many_there_are) {
  EXPECT_EQ(make_all_he_may(kAlice, "alice/"), limits::kClosedRoomsMadeMax);
  fill_rooms(900, "carol/");
  EXPECT_EQ(make_all_he_may(kBob, "bob/"), limits::kClosedRoomsMadeMax);
}

TEST_F(JoinAndLeave, gives_memberships_up_to_the_limit_and_no_more) {
  fill_memberships(limits::kMembershipsMax - 1);
  EXPECT_NO_THROW((void)answer_in<reply::Joined>(join(kAlice, "last")));
  const auto rooms = state_.rooms.all().size();
  for (const auto* room : {"one-too-many", "bobs"}) {
    if (std::string(room) == "bobs") join(kBob, room);
    EXPECT_EQ(answer_in<Refusal>(join(kAlice, room)).code, RefusalCode::too_many) << room;
  }
  EXPECT_EQ(state_.rooms.all().size(), rooms + 1) << "only Bob's was made";
  EXPECT_NO_THROW((void)answer_in<reply::Joined>(join(kAlice, "last"))) << "a repeat costs nothing";
  leave(kAlice, "last");
  EXPECT_NO_THROW((void)answer_in<reply::Joined>(join(kAlice, "bobs")));
}

TEST_F(JoinAndLeave, gives_a_membership_up) {
  join(kAlice, "tea");
  const auto outcome = leave(kAlice, "tea");
  const auto left = records_of<record::Left>(outcome);
  ASSERT_THAT(left, SizeIs(1));
  EXPECT_EQ(left[0].room, kTea);
  EXPECT_EQ(left[0].client, kAlice);
  EXPECT_EQ(answer_in<reply::Left>(outcome).room, "tea");
  EXPECT_THAT(notices_in(outcome), ElementsAre("left alice in tea"));
  EXPECT_TRUE(outcome.touched.is_any());
  EXPECT_FALSE(state_.rooms.is_member(kTea, kAlice));
}

TEST_F(JoinAndLeave, answers_a_leave_of_no_member_and_changes_nothing) {
  join(kAlice, "tea");
  const auto outcome = leave(kBob, "tea");
  EXPECT_EQ(answer_in<reply::Left>(outcome).room, "tea");
  EXPECT_THAT(outcome.records, IsEmpty());
  EXPECT_THAT(notices_in(outcome), IsEmpty());
  EXPECT_FALSE(outcome.touched.is_any());
}

TEST_F(JoinAndLeave, lets_nobody_leave_the_lobby) {
  const auto outcome = leave(kAlice, "lobby");
  EXPECT_EQ(answer_in<Refusal>(outcome).code, RefusalCode::not_allowed);
  EXPECT_TRUE(state_.rooms.is_member(kLobby, kAlice));
}

TEST_F(JoinAndLeave, refuses_to_leave_what_does_not_exist) {
  EXPECT_EQ(answer_in<Refusal>(leave(kAlice, "nowhere")).code, RefusalCode::no_such_room);
}

}  // namespace
}  // namespace palabre::broker
