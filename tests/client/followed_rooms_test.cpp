#include "client/followed_rooms.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/client/samples.hpp"

namespace palabre {
namespace {

using namespace palabre::samples;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class FollowedRoomsTest : public ::testing::Test {
 protected:
  Events welcome(const std::vector<RoomHead>& heads, const Epoch& epoch = kEpoch) {
    rooms.expect_welcome();
    reply::Welcome welcome;
    welcome.epoch = epoch;
    welcome.rooms = heads;
    return rooms.welcomed(welcome);
  }

  /// What is asked now, under the next request id.
  template <class Kind>
  std::optional<Kind> asked(Moment now = kStart) {
    const auto request = rooms.next(RequestId{requests + 1}, now);
    if (!request) return std::nullopt;
    ++requests;
    const auto* kind = std::get_if<Kind>(&*request);
    return kind == nullptr ? std::nullopt : std::optional(*kind);
  }

  RequestId last_request() const { return RequestId{requests}; }

  FollowedRooms rooms;
  std::uint64_t requests = 0;
};

TEST_F(FollowedRoomsTest, keeps_rooms_apart) {
  rooms.follow("lobby", std::nullopt);
  rooms.follow("tea", std::nullopt);
  disregard(welcome({{"lobby", Sequence{4}}, {"tea", Sequence{9}}}));
  EXPECT_THAT(sequences_of(rooms.take_batch(batch_of("lobby", 5, 5))), ElementsAre(5));
  EXPECT_THAT(sequences_of(rooms.take_batch(batch_of("tea", 10, 10))), ElementsAre(10));
  EXPECT_THAT(rooms.take_batch(batch_of("ops", 1, 1)), IsEmpty());
}

TEST_F(FollowedRoomsTest, begins_a_room_that_it_was_no_member_of_when_joined) {
  disregard(welcome({}));
  rooms.follow("tea", std::nullopt);
  EXPECT_THAT(only<event::CaughtUp>(rooms.joined({"tea", Sequence{2}, false})), SizeIs(1));
  EXPECT_THAT(sequences_of(rooms.take_batch(batch_of("tea", 3, 3))), ElementsAre(3));
}

TEST_F(FollowedRoomsTest, is_not_confused_by_a_refusal_for_a_room_that_is_followed_no_more) {
  disregard(welcome({}));
  rooms.follow("tea", std::nullopt);
  rooms.follow("wine", std::nullopt);
  disregard(welcome({}, "another epoch"));
  for (const auto* room : {"tea", "wine"}) {
    const auto join = asked<request::Join>(kStart + std::chrono::minutes(1));
    ASSERT_TRUE(join) << room;
    EXPECT_EQ(join->room, room);
    rooms.unfollow(room);
    disregard(rooms.refused(last_request(), refuse(RefusalCode::no_such_room), kStart, 0.5));
  }
}

TEST_F(FollowedRoomsTest, is_shut_out_of_a_private_room_that_a_new_epoch_does_not_let_it_into) {
  disregard(welcome({}));
  rooms.follow("@bob", std::nullopt);
  disregard(welcome({}, "another epoch"));
  EXPECT_EQ(asked<request::Join>()->room, "@bob");
  const auto events = rooms.refused(last_request(), refuse(RefusalCode::no_such_client), kStart, 0.5);
  ASSERT_THAT(only<event::ShutOut>(events), SizeIs(1));
  EXPECT_EQ(only<event::ShutOut>(events)[0].room, "@bob");
  EXPECT_FALSE(rooms.follows("@bob")) << "or it would stay silent for ever";
}

TEST_F(FollowedRoomsTest, begins_where_joined_says_though_newer_heads_come_first) {
  disregard(welcome({{"lobby", Sequence{4}}}));
  rooms.follow("lobby", std::nullopt);
  rooms.want_heads();
  ASSERT_TRUE(asked<request::Heads>());
  EXPECT_THAT(rooms.heads(last_request(), {kEpoch, {{"lobby", Sequence{6}}}}), IsEmpty());
  disregard(rooms.joined({"lobby", Sequence{4}, false}));
  EXPECT_THAT(sequences_of(rooms.take_batch(batch_of("lobby", 5, 6))), ElementsAre(5, 6));
}

TEST_F(FollowedRoomsTest, following_twice_changes_nothing) {
  EXPECT_TRUE(rooms.follow("lobby", Sequence{1}));
  disregard(welcome({{"lobby", Sequence{4}}}));
  EXPECT_FALSE(rooms.follow("lobby", std::nullopt));
  EXPECT_EQ(asked<request::History>()->from, Sequence{1});
}

TEST_F(FollowedRoomsTest, finds_what_was_missed_while_away) {
  rooms.follow("lobby", std::nullopt);
  disregard(welcome({{"lobby", Sequence{4}}}));
  rooms.connection_lost();
  EXPECT_THAT(welcome({{"lobby", Sequence{6}}}), IsEmpty());
  EXPECT_EQ(asked<request::History>()->from, Sequence{5});
  const auto events = rooms.page(last_request(), page_of("lobby", 5, 6, 6), kStart);
  EXPECT_THAT(sequences_of(events), ElementsAre(5, 6));
  EXPECT_THAT(only<event::CaughtUp>(events), SizeIs(1));
}

TEST_F(FollowedRoomsTest, learns_of_lost_tails_from_ticks) {
  rooms.follow("lobby", std::nullopt);
  disregard(welcome({{"lobby", Sequence{4}}}));
  EXPECT_THAT(rooms.take_tick_heads({kEpoch, 1, TimeMs{1}, {{"lobby", Sequence{5}}, {"ops", Sequence{7}}}}),
              IsEmpty());
  EXPECT_EQ(asked<request::History>()->room, "lobby");
  EXPECT_FALSE(asked<request::History>());
}

TEST_F(FollowedRoomsTest, asks_heads_once_and_again_only_when_unanswered) {
  rooms.follow("lobby", std::nullopt);
  disregard(welcome({{"lobby", Sequence{4}}}));
  rooms.want_heads();
  EXPECT_TRUE(asked<request::Heads>());
  EXPECT_FALSE(asked<request::Heads>());
  EXPECT_EQ(rooms.next_at(), kStart + 5s);
  EXPECT_TRUE(asked<request::Heads>(kStart + 5s));
}

TEST_F(FollowedRoomsTest, asks_heads_again_when_a_tick_was_lost_while_they_were_asked) {
  rooms.follow("lobby", std::nullopt);
  disregard(welcome({{"lobby", Sequence{4}}}));
  rooms.want_heads();
  EXPECT_TRUE(asked<request::Heads>());
  rooms.want_heads();
  disregard(rooms.heads(last_request(), {kEpoch, {{"lobby", Sequence{4}}}}));
  EXPECT_TRUE(asked<request::Heads>());
}

TEST_F(FollowedRoomsTest, does_not_let_the_feed_decide_the_epoch) {
  rooms.follow("lobby", std::nullopt);
  disregard(welcome({{"lobby", Sequence{4}}}));
  EXPECT_THAT(rooms.take_batch(batch_of("lobby", 5, 5, kOtherEpoch)), IsEmpty());
  EXPECT_TRUE(asked<request::Heads>());
  EXPECT_THAT(rooms.heads(last_request(), {kEpoch, {{"lobby", Sequence{4}}}}), IsEmpty());
  EXPECT_THAT(sequences_of(rooms.take_batch(batch_of("lobby", 5, 5))), ElementsAre(5));
}

TEST_F(FollowedRoomsTest, tells_of_another_epoch_and_goes_on_from_its_head) {
  rooms.follow("lobby", Sequence{3});
  disregard(welcome({{"lobby", Sequence{2}}}));
  rooms.connection_lost();
  const auto events = welcome({{"lobby", Sequence{1}}}, kOtherEpoch);
  const auto changes = only<event::EpochChanged>(events);
  ASSERT_THAT(changes, SizeIs(1));
  EXPECT_EQ(changes[0].before, kEpoch);
  EXPECT_EQ(changes[0].now, kOtherEpoch);
  const auto news = only<event::Message>(rooms.take_batch(batch_of("lobby", 2, 2, kOtherEpoch)));
  ASSERT_THAT(news, SizeIs(1));
  EXPECT_EQ(news[0].epoch, kOtherEpoch);
}

TEST_F(FollowedRoomsTest, joins_again_where_another_epoch_knows_us_no_longer) {
  rooms.follow("tea", std::nullopt);
  disregard(welcome({{"tea", Sequence{2}}}));
  rooms.connection_lost();
  disregard(welcome({{"lobby", Sequence{1}}}, kOtherEpoch));
  EXPECT_EQ(asked<request::Join>()->room, "tea");
  EXPECT_THAT(only<event::CaughtUp>(rooms.joined({"tea", Sequence{}, true})), SizeIs(1));
  EXPECT_FALSE(asked<request::Join>());
}

TEST_F(FollowedRoomsTest, tells_at_once_that_the_store_went_back_when_welcome_says_so) {
  rooms.follow("lobby", std::nullopt);
  disregard(welcome({{"lobby", Sequence{40}}}));
  rooms.connection_lost();
  const auto back = only<event::StoreWentBack>(welcome({{"lobby", Sequence{35}}}));
  ASSERT_THAT(back, SizeIs(1)) << "when HEADS are asked, others may have posted five more";
  EXPECT_EQ(back[0].seen, Sequence{40});
  EXPECT_EQ(back[0].head, Sequence{35});
  EXPECT_THAT(sequences_of(rooms.take_batch(batch_of("lobby", 36, 40))), ElementsAre(36, 37, 38, 39, 40));
  EXPECT_FALSE(asked<request::Heads>());
}

TEST_F(FollowedRoomsTest, tells_that_the_store_went_back_after_asking_heads_twice) {
  rooms.follow("lobby", std::nullopt);
  disregard(welcome({{"lobby", Sequence{40}}}));
  rooms.want_heads();
  EXPECT_TRUE(asked<request::Heads>());
  EXPECT_THAT(rooms.heads(last_request(), {kEpoch, {{"lobby", Sequence{30}}}}), IsEmpty());
  EXPECT_TRUE(asked<request::Heads>());
  const auto events = rooms.heads(last_request(), {kEpoch, {{"lobby", Sequence{30}}}});
  EXPECT_THAT(only<event::StoreWentBack>(events), SizeIs(1));
  EXPECT_FALSE(asked<request::Heads>());
}

TEST_F(FollowedRoomsTest, asks_history_for_rooms_whose_head_is_not_named) {
  rooms.follow("tea", std::nullopt);
  disregard(welcome({{"tea", Sequence{2}}}));
  rooms.connection_lost();
  disregard(welcome({{"lobby", Sequence{1}}}));
  EXPECT_EQ(asked<request::History>()->from, Sequence{3});
}

TEST_F(FollowedRoomsTest, fetches_nothing_while_the_application_reads_too_slowly) {
  rooms.follow("lobby", std::nullopt);
  disregard(welcome({{"lobby", Sequence{4}}}));
  rooms.set_backlogged(true);
  EXPECT_THAT(rooms.take_batch(batch_of("lobby", 5, 6)), IsEmpty());
  EXPECT_FALSE(asked<request::History>());
  EXPECT_FALSE(rooms.next_at());
  rooms.set_backlogged(false);
  EXPECT_EQ(asked<request::History>()->from, Sequence{5});
  EXPECT_THAT(sequences_of(rooms.page(last_request(), page_of("lobby", 5, 6, 6), kStart)), ElementsAre(5, 6));
}

TEST_F(FollowedRoomsTest, forgets_an_unfollowed_room) {
  rooms.follow("lobby", std::nullopt);
  disregard(welcome({{"lobby", Sequence{4}}}));
  rooms.unfollow("lobby");
  EXPECT_TRUE(rooms.is_empty());
  EXPECT_THAT(rooms.take_batch(batch_of("lobby", 5, 5)), IsEmpty());
}

}  // namespace
}  // namespace palabre
