#include "broker/domain/rooms.hpp"

#include <gmock/gmock.h>

namespace palabre::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr ClientNumber kSomebody{1};
constexpr ClientNumber kSomebodyElse{2};

TEST(Rooms, numbers_rooms_from_one) {
  Rooms rooms;
  EXPECT_EQ(rooms.add("lobby"), kLobby);
  EXPECT_EQ(rooms.add("tea"), RoomNumber{2});
  EXPECT_EQ(rooms.find("tea"), RoomNumber{2});
  EXPECT_EQ(rooms.at({2}).name, "tea");
  EXPECT_EQ(rooms.find("team"), RoomNumber{0});
}

TEST(Rooms, counts_them_by_kind_and_by_who_made_them) {
  Rooms rooms;
  rooms.add("lobby");
  rooms.add("tea", {}, kSomebody);
  rooms.add("alice/tea", {}, kSomebody);
  rooms.add(direct_name(kSomebody, kSomebodyElse), {}, kSomebodyElse);
  EXPECT_EQ(rooms.count(RoomKind::open), 2U);
  EXPECT_EQ(rooms.count(RoomKind::closed), 1U);
  EXPECT_EQ(rooms.count(RoomKind::direct), 1U);
  EXPECT_EQ(rooms.count_made(kSomebody, RoomKind::open), 1U);
  EXPECT_EQ(rooms.count_made(kSomebodyElse, RoomKind::direct), 1U);
  EXPECT_EQ(rooms.count_made(kSomebodyElse, RoomKind::open), 0U);
}

TEST(Rooms, counts_each_timeline_by_itself) {
  Rooms rooms;
  const auto lobby = rooms.add("lobby");
  const auto tea = rooms.add("tea", {40});
  EXPECT_EQ(rooms.take(lobby, 1), Sequence{1});
  EXPECT_EQ(rooms.take(lobby, 3), Sequence{2});
  EXPECT_EQ(rooms.take(tea, 1), Sequence{41});
  EXPECT_EQ(rooms.at(lobby).head, Sequence{4});
}

TEST(Rooms, keeps_members_on_both_sides) {
  Rooms rooms;
  const auto lobby = rooms.add("lobby");
  const auto tea = rooms.add("tea", {3});
  rooms.join(tea, kSomebodyElse);
  rooms.join(tea, kSomebody);
  rooms.join(lobby, kSomebody);
  EXPECT_THAT(rooms.at(tea).members, ElementsAre(kSomebody, kSomebodyElse));
  EXPECT_THAT(rooms.rooms_of(kSomebody), ElementsAre(lobby, tea));
  EXPECT_TRUE(rooms.is_member(tea, kSomebody));
  EXPECT_FALSE(rooms.is_member(lobby, kSomebodyElse));
}

TEST(Rooms, takes_a_member_off_both_sides) {
  Rooms rooms;
  const auto tea = rooms.add("tea");
  rooms.join(tea, kSomebody);
  rooms.join(tea, kSomebodyElse);
  rooms.leave(tea, kSomebody);
  EXPECT_THAT(rooms.at(tea).members, ElementsAre(kSomebodyElse));
  EXPECT_THAT(rooms.rooms_of(kSomebody), IsEmpty());
  EXPECT_FALSE(rooms.is_member(tea, kSomebody));
}

}  // namespace
}  // namespace palabre::broker
