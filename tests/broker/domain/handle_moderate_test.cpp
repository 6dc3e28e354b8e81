#include <gmock/gmock.h>

#include "broker/domain/room_views.hpp"
#include "schema/limits.hpp"
#include "tests/broker/domain/domain_fixture.hpp"

namespace palabre::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

constexpr ClientNumber kCarol{3};
constexpr const char* kRoom = "alice/tea";
constexpr std::uint64_t kMinuteMs = 60'000;

class ClosedRooms : public DomainTest {
 protected:
  ClosedRooms() {
    for (const auto* name : {"alice", "bob", "carol"}) admit(name, {state_.roster.all().size() + 1});
    join(kAlice, kRoom);
  }

  Outcome moderate(ClientNumber by, Moderation action, const std::string& name,
                   std::optional<Role> role = {}) {
    return decide(command::Moderate{origin(by), {kRoom, action, name, role, kMinuteMs, "a reason"}});
  }
  void let_in(ClientNumber client, Role role = Role::voice) {
    moderate(kAlice, Moderation::invite, state_.roster.at(client).name, role);
    join(client, kRoom);
  }
  [[nodiscard]] RefusalCode refused(const Outcome& outcome) const { return answer_in<Refusal>(outcome).code; }
  [[nodiscard]] bool is_member(ClientNumber client) const { return state_.rooms.is_member({2}, client); }
};

TEST_F(ClosedRooms, are_made_by_who_they_are_named_after_and_nobody_else) {
  EXPECT_TRUE(is_member(kAlice));
  EXPECT_EQ(state_.rooms.at({2}).standing(kAlice)->role, Role::owner);
  EXPECT_EQ(refused(join(kBob, "alice/cake")), RefusalCode::no_such_room);
  EXPECT_EQ(refused(join(kBob, "dora/cake")), RefusalCode::no_such_room);
  EXPECT_EQ(state_.rooms.all().size(), 2U);
}

TEST_F(ClosedRooms, answer_who_is_not_invited_as_if_they_were_not_there) {
  const auto ask = [this](const std::string& room) {
    return std::vector{
        refused(join(kBob, room)), refused(leave(kBob, room)), refused(post(kBob, room, {1}, {"x"})),
        refused(decide(command::Moderate{origin(kBob), {room, Moderation::kick, "carol", {}, 0, {}}}))};
  };
  EXPECT_EQ(ask(kRoom), ask("alice/none"));
  EXPECT_THAT(ask(kRoom), testing::Each(RefusalCode::no_such_room));
}

TEST_F(ClosedRooms, are_not_found_by_a_counter_that_was_used_elsewhere) {
  const auto ask = [this](const std::string& room) {
    const std::vector<command::Post::Original> originals{{kLobby, {{1}, {1}, {1}, now_}}};
    return std::vector{refused(post(kBob, room, {1}, {"x"}, originals)),
                       refused(post(kBob, room, {1}, {"x", "y"}, originals)),
                       refused(post(kBob, room, {9}, {"x"}))};
  };
  post(kBob, "lobby", {1}, {"x"});
  EXPECT_EQ(ask(kRoom), ask("alice/none"));
  EXPECT_THAT(ask(kRoom), testing::Each(RefusalCode::no_such_room));
  let_in(kBob);
  EXPECT_EQ(ask(kRoom)[0], RefusalCode::id_reused) << "a member knows that the room is there";
  moderate(kAlice, Moderation::kick, "bob");
  EXPECT_THAT(ask(kRoom), testing::Each(RefusalCode::no_such_room));
}

TEST_F(ClosedRooms, acknowledge_a_repeat_to_who_was_sent_away_since) {
  let_in(kBob);
  const auto stored = post(kBob, kRoom, {1}, {"x"});
  moderate(kAlice, Moderation::ban, "bob");
  const auto repeat = post(kBob, kRoom, {1}, {"x"}, {{{2}, {{1}, {1}, {1}, now_}}});
  ASSERT_THAT(effects_of<effect::Acknowledge>(repeat), SizeIs(1));
  EXPECT_EQ(effects_of<effect::Acknowledge>(repeat)[0].acks, effects_of<effect::Acknowledge>(stored)[0].acks);
  EXPECT_EQ(refused(post(kBob, "lobby", {1}, {"x"}, {{{2}, {{1}, {1}, {1}, now_}}})), RefusalCode::id_reused);
}

TEST_F(ClosedRooms, take_in_who_is_invited) {
  const auto invited = moderate(kAlice, Moderation::invite, "bob", Role::reader);
  EXPECT_EQ(answer_in<reply::Moderated>(invited).name, "bob");
  ASSERT_THAT(records_of<record::Moderated>(invited), SizeIs(1));
  EXPECT_EQ(records_of<record::Moderated>(invited)[0].reason, "a reason");
  EXPECT_FALSE(is_member(kBob));
  EXPECT_EQ(answer_in<reply::Joined>(join(kBob, kRoom)).room, kRoom);
  EXPECT_TRUE(is_member(kBob));
}

TEST_F(ClosedRooms, tell_of_it_their_members_and_whom_it_concerns_and_never_all) {
  const auto invited = moderate(kAlice, Moderation::invite, "bob");
  EXPECT_THAT(effects_of<effect::Notify>(invited), IsEmpty());
  const auto told = effects_of<effect::NotifyMembers>(invited);
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_EQ(told[0].what.kind, NoticeKind::invited);
  EXPECT_EQ(told[0].what.by, "alice");
  EXPECT_THAT(told[0].connections, UnorderedElementsAre(ConnectionId{1}, ConnectionId{2}));
  const auto joined = effects_of<effect::NotifyMembers>(join(kBob, kRoom));
  ASSERT_THAT(joined, SizeIs(1));
  EXPECT_EQ(joined[0].what.kind, NoticeKind::joined);
}

TEST_F(ClosedRooms, let_readers_read_and_voices_post) {
  let_in(kBob, Role::reader);
  EXPECT_EQ(refused(post(kBob, kRoom, {1}, {"x"})), RefusalCode::not_allowed);
  moderate(kAlice, Moderation::role, "bob", Role::voice);
  EXPECT_THAT(records_of<record::Cells>(post(kBob, kRoom, {1}, {"x"})), SizeIs(1));
}

TEST_F(ClosedRooms, send_away_who_then_needs_a_new_invitation) {
  let_in(kBob);
  const auto kicked = moderate(kAlice, Moderation::kick, "bob");
  EXPECT_FALSE(is_member(kBob));
  EXPECT_THAT(records_of<record::Left>(kicked), SizeIs(1));
  EXPECT_EQ(refused(join(kBob, kRoom)), RefusalCode::no_such_room);
  EXPECT_EQ(refused(post(kBob, kRoom, {1}, {"x"})), RefusalCode::no_such_room);
  let_in(kBob);
  EXPECT_TRUE(is_member(kBob));
}

TEST_F(ClosedRooms, ban_until_the_ban_is_taken_back) {
  let_in(kBob);
  moderate(kAlice, Moderation::ban, "bob");
  EXPECT_FALSE(is_member(kBob));
  EXPECT_EQ(refused(moderate(kAlice, Moderation::invite, "bob")), RefusalCode::not_allowed);
  EXPECT_EQ(refused(leave(kBob, kRoom)), RefusalCode::no_such_room) << "a ban is not left";
  EXPECT_EQ(refused(join(kBob, kRoom)), RefusalCode::no_such_room);
  moderate(kAlice, Moderation::unban, "bob");
  EXPECT_EQ(refused(join(kBob, kRoom)), RefusalCode::no_such_room) << "he is not invited by that";
  let_in(kBob);
  EXPECT_TRUE(is_member(kBob));
}

TEST_F(ClosedRooms, mute_for_a_time) {
  let_in(kBob);
  moderate(kAlice, Moderation::mute, "bob");
  const auto refusal = answer_in<Refusal>(post(kBob, kRoom, {1}, {"x"}));
  EXPECT_EQ(refusal.code, RefusalCode::muted);
  EXPECT_EQ(refusal.text, "you are muted in this room for 60 more seconds");
  now_ = now_.plus(kMinuteMs);
  EXPECT_THAT(records_of<record::Cells>(post(kBob, kRoom, {1}, {"x"})), SizeIs(1));
  moderate(kAlice, Moderation::mute, "bob");
  moderate(kAlice, Moderation::unmute, "bob");
  EXPECT_THAT(records_of<record::Cells>(post(kBob, kRoom, {2}, {"y"})), SizeIs(1));
}

TEST_F(ClosedRooms, give_moderators_a_say_over_lower_ranks_alone) {
  let_in(kBob, Role::moderator);
  EXPECT_EQ(refused(moderate(kBob, Moderation::invite, "carol", Role::moderator)), RefusalCode::not_allowed);
  EXPECT_NO_THROW((void)answer_in<reply::Moderated>(moderate(kBob, Moderation::invite, "carol")));
  EXPECT_EQ(refused(moderate(kBob, Moderation::kick, "alice")), RefusalCode::not_allowed);
  EXPECT_EQ(refused(moderate(kBob, Moderation::role, "carol", Role::owner)), RefusalCode::not_allowed);
  EXPECT_EQ(refused(moderate(kBob, Moderation::kick, "bob")), RefusalCode::not_allowed) << "himself";
  join(kCarol, kRoom);
  EXPECT_EQ(refused(moderate(kCarol, Moderation::kick, "bob")), RefusalCode::not_allowed) << "a voice";
  moderate(kAlice, Moderation::role, "carol", Role::moderator);
  EXPECT_EQ(refused(moderate(kBob, Moderation::mute, "carol")), RefusalCode::not_allowed)
      << "of the same rank";
}

TEST_F(ClosedRooms, have_one_owner_who_stays_until_another_is_made) {
  EXPECT_EQ(refused(leave(kAlice, kRoom)), RefusalCode::not_allowed);
  moderate(kAlice, Moderation::invite, "bob");
  EXPECT_EQ(refused(moderate(kAlice, Moderation::role, "bob", Role::owner)), RefusalCode::not_allowed);
  join(kBob, kRoom);
  moderate(kAlice, Moderation::role, "bob", Role::owner);
  EXPECT_EQ(state_.rooms.at({2}).standing(kBob)->role, Role::owner);
  EXPECT_EQ(state_.rooms.at({2}).standing(kAlice)->role, Role::moderator);
  EXPECT_EQ(answer_in<reply::Left>(leave(kAlice, kRoom)).room, kRoom);
}

TEST_F(ClosedRooms, do_nothing_twice_when_a_request_is_said_again) {
  let_in(kBob);
  for (const auto action : {Moderation::invite, Moderation::kick, Moderation::ban, Moderation::unban}) {
    moderate(kAlice, action, "bob");
    const auto again = moderate(kAlice, action, "bob");
    EXPECT_EQ(answer_in<reply::Moderated>(again).action, action);
    EXPECT_THAT(again.records, IsEmpty()) << name_of(action);
  }
}

TEST_F(ClosedRooms, number_what_is_done_in_them) {
  const auto number = [](const Outcome& outcome) {
    return records_of<record::Moderated>(outcome).at(0).number;
  };
  EXPECT_EQ(number(moderate(kAlice, Moderation::invite, "bob")), 1U);
  EXPECT_EQ(number(moderate(kAlice, Moderation::invite, "carol")), 2U);
  EXPECT_EQ(number(moderate(kAlice, Moderation::ban, "bob")), 3U);
}

TEST_F(ClosedRooms, know_only_so_many_people) {
  while (state_.rooms.at({2}).standings.size() < limits::kStandingsMax) {
    const auto known = static_cast<std::uint32_t>(state_.rooms.at({2}).standings.size());
    state_.rooms.set_standing({2}, {100 + known}, Standing{});
  }
  EXPECT_EQ(refused(moderate(kAlice, Moderation::invite, "bob")), RefusalCode::too_many);
}

TEST_F(ClosedRooms, are_the_only_ones_that_are_moderated) {
  const auto ask = [this](const std::string& room) {
    return refused(decide(command::Moderate{origin(kAlice), {room, Moderation::kick, "bob", {}, 0, {}}}));
  };
  join(kAlice, "@bob");
  EXPECT_EQ(ask("lobby"), RefusalCode::not_allowed);
  EXPECT_EQ(ask("@bob"), RefusalCode::not_allowed);
}

class DirectRooms : public ClosedRooms {
 protected:
  /// So many more rooms between the client and as many others, all of them begun by one of the two.
  void begin_with(ClientNumber client, ClientNumber made_by, std::size_t count) {
    for (; count > 0; --count) {
      other_ = other_.next();
      state_.rooms.join(state_.rooms.add(direct_name(client, other_), {}, made_by ? made_by : other_),
                        client);
    }
  }

 private:
  ClientNumber other_{100};
};

TEST_F(DirectRooms, begin_with_the_first_message_and_hold_both) {
  const auto outcome = post(kAlice, "@bob", {1}, {"entre nous"});
  EXPECT_THAT(records_of<record::RoomMade>(outcome), SizeIs(1));
  EXPECT_THAT(records_of<record::Joined>(outcome), SizeIs(2));
  EXPECT_THAT(outcome.effects, SizeIs(1)) << "nobody is told of the room";
  EXPECT_EQ(effects_of<effect::Acknowledge>(outcome).at(0).room, "@bob");
  const auto room = find_room(state_, kAlice, "@bob");
  EXPECT_EQ(find_room(state_, kBob, "@alice"), room) << "the same from the other end";
  EXPECT_EQ(find_room(state_, kCarol, "@bob"), RoomNumber{0});
  EXPECT_EQ(name_for(state_, room, kAlice), "@bob");
  EXPECT_EQ(name_for(state_, room, kBob), "@alice");
  EXPECT_THAT(records_of<record::Cells>(post(kBob, "@alice", {1}, {"oui"})), SizeIs(1));
  EXPECT_EQ(state_.rooms.at(room).head, Sequence{2});
}

TEST_F(DirectRooms, may_be_with_oneself) {
  post(kAlice, "@alice", {1}, {"a note"});
  const auto room = find_room(state_, kAlice, "@alice");
  EXPECT_EQ(name_for(state_, room, kAlice), "@alice");
  EXPECT_THAT(state_.rooms.at(room).members, ElementsAre(kAlice));
}

TEST_F(DirectRooms, are_not_made_of_nobody_nor_by_a_post_out_of_order) {
  EXPECT_EQ(refused(post(kAlice, "@dora", {1}, {"x"})), RefusalCode::no_such_client);
  EXPECT_EQ(refused(post(kAlice, "@bob", {2}, {"x"})), RefusalCode::out_of_order);
  post(kAlice, "lobby", {1}, {"x"});
  const std::vector<command::Post::Original> originals{{kLobby, {{1}, {1}, {1}, now_}}};
  EXPECT_EQ(refused(post(kAlice, "@bob", {1}, {"x"}, originals)), RefusalCode::id_reused);
  EXPECT_EQ(state_.rooms.all().size(), 2U);
}

TEST_F(DirectRooms, are_not_left) {
  post(kAlice, "@bob", {1}, {"x"});
  EXPECT_EQ(refused(leave(kBob, "@alice")), RefusalCode::not_allowed);
  EXPECT_EQ(refused(leave(kCarol, "@alice")), RefusalCode::no_such_room);
}

TEST_F(DirectRooms, do_not_count_among_memberships_nor_among_the_rooms_that_a_broker_takes) {
  begin_with(kAlice, {}, limits::kDirectRoomsReceivedMax);
  EXPECT_NO_THROW((void)answer_in<reply::Joined>(join(kAlice, "cake")));
  EXPECT_EQ(state_.rooms.count(RoomKind::open), 2U);
  EXPECT_EQ(state_.rooms.count(RoomKind::closed), 1U);
}

TEST_F(DirectRooms, are_begun_by_one_person_up_to_a_limit_that_others_do_not_use_up) {
  begin_with(kAlice, {}, limits::kDirectRoomsMax);
  EXPECT_THAT(records_of<record::RoomMade>(post(kAlice, "@bob", {1}, {"x"})), SizeIs(1));
  begin_with(kAlice, kAlice, limits::kDirectRoomsBegunMax - 1);
  EXPECT_EQ(refused(post(kAlice, "@carol", {2}, {"x"})), RefusalCode::too_many);
  EXPECT_NO_THROW((void)effects_of<effect::Acknowledge>(post(kAlice, "@bob", {2}, {"x"})).at(0));
}

TEST_F(DirectRooms, are_begun_by_strangers_up_to_a_limit_that_leaves_places_for_acquaintances) {
  begin_with(kAlice, {}, limits::kDirectRoomsFromStrangersMax);
  const auto refusal = answer_in<Refusal>(post(kBob, "@alice", {1}, {"x"}));
  EXPECT_EQ(refusal.code, RefusalCode::too_many);
  EXPECT_EQ(refusal.text, "no direct room with alice can be made now");
  let_in(kBob);
  EXPECT_THAT(records_of<record::RoomMade>(post(kBob, "@alice", {1}, {"x"})), SizeIs(1));
  begin_with(kAlice, {}, limits::kDirectRoomsReceivedMax - limits::kDirectRoomsFromStrangersMax - 1);
  let_in(kCarol);
  EXPECT_EQ(refused(post(kCarol, "@alice", {1}, {"x"})), RefusalCode::too_many);
  EXPECT_THAT(records_of<record::RoomMade>(post(kAlice, "@carol", {1}, {"x"})), SizeIs(1));
}

}  // namespace
}  // namespace palabre::broker
