#include "schema/room_names.hpp"

#include <gtest/gtest.h>

namespace palabre {
namespace {

TEST(OpenRooms, have_1_to_32_characters_and_begin_with_a_letter_or_digit) {
  for (const auto& room : {std::string("a"), std::string("4"), std::string(32, 'r'), std::string("a-b_9")}) {
    EXPECT_EQ(room_kind(room), RoomKind::open) << room;
  }
  for (const auto& room : {std::string(), std::string(33, 'r'), std::string("-a"), std::string("Tea"),
                           std::string("tea room"), std::string("th\u00e9")}) {
    EXPECT_EQ(room_kind(room), std::nullopt) << room;
  }
}

TEST(ClosedRooms, are_named_after_their_owner) {
  EXPECT_EQ(room_kind("alice/tea"), RoomKind::closed);
  EXPECT_EQ(room_kind("alice/4"), RoomKind::closed);
  EXPECT_EQ(person_in("alice/tea"), "alice");
  EXPECT_EQ(room_kind(std::string(24, 'n') + "/" + std::string(32, 'r')), RoomKind::closed);
  for (const auto& room :
       {std::string("alice/"), std::string("/tea"), std::string("a/tea"), std::string("alice/tea/2"),
        std::string("9lives/tea"), std::string(25, 'n') + "/tea", "alice/" + std::string(33, 'r')}) {
    EXPECT_EQ(room_kind(room), std::nullopt) << room;
  }
}

TEST(DirectRooms, are_named_after_the_other) {
  EXPECT_EQ(room_kind("@bob"), RoomKind::direct);
  EXPECT_EQ(person_in("@bob"), "bob");
  EXPECT_EQ(direct_room("bob"), "@bob");
  for (const auto* room : {"@", "@b", "@1-2", "@bob/tea", "bob@", "@@bob"}) {
    EXPECT_EQ(room_kind(room), std::nullopt) << room;
  }
}

TEST(PrivateRooms, are_never_taken_for_open_ones) {
  EXPECT_TRUE(is_open_room("tea"));
  EXPECT_FALSE(is_open_room("alice/tea"));
  EXPECT_FALSE(is_open_room("@bob"));
  EXPECT_FALSE(is_open_room("@1-2"));
  EXPECT_FALSE(is_open_room(""));
}

}  // namespace
}  // namespace palabre
