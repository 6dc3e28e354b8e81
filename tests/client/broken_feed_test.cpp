#include "tests/client/conversation_fixture.hpp"

namespace palabre {
namespace {

/// A feed connection that dies, or that another one took the place of.
class BrokenFeed : public ConversationTest {};

TEST_F(BrokenFeed, lets_nothing_wait_behind_a_hole_when_ticks_were_lost) {
  conversation.follow("lobby", std::nullopt, now);
  static_cast<void>(come_up());
  const auto tick = [this](std::uint64_t number) {
    return feed(kTickTopic, encode(Tick{.epoch = kEpoch, .number = number, .time = TimeMs{1}, .heads = {}}));
  };
  static_cast<void>(tick(7));
  static_cast<void>(feed(room_topic("lobby"), encode(batch_of("lobby", 7, 8))));
  static_cast<void>(tick(8));
  static_cast<void>(reply_to(last<request::History>().id, page_of("lobby", 5, 5, 5)));
  static_cast<void>(tick(1'000));
  // 7 and 8 may be of another store than what the feed of now brings.
  EXPECT_THAT(sequences_of(feed(room_topic("lobby"), encode(batch_of("lobby", 6, 6))).events),
              ElementsAre(6));
}

TEST_F(BrokenFeed, makes_a_new_feed_connection_and_asks_heads_when_ticks_stop) {
  conversation.follow("lobby", std::nullopt, now);
  static_cast<void>(come_up());
  static_cast<void>(feed(kTickTopic, encode(Tick{kEpoch, 1, TimeMs{1}, {}})));
  static_cast<void>(reply_to(last<request::Heads>().id, reply::Heads{kEpoch, {{"lobby", Sequence{4}}}}));
  EXPECT_FALSE(wait_for(3499ms).feed_port);
  const auto effects = wait_for(1ms);
  EXPECT_EQ(effects.feed_port, 8421);
  EXPECT_THAT(effects.subscriptions, Contains("room/lobby/"));
  EXPECT_EQ(count<request::Heads>(), 2);
}

TEST_F(BrokenFeed, makes_a_new_feed_connection_after_each_new_talk_connection) {
  conversation.follow("lobby", std::nullopt, now);
  static_cast<void>(come_up());
  conversation.talk_down(now);
  static_cast<void>(wait_for(150ms));
  EXPECT_EQ(come_up().feed_port, 8421);
}

TEST_F(BrokenFeed, lets_nothing_wait_behind_a_hole_when_it_is_opened_anew) {
  conversation.follow("lobby", std::nullopt, now);
  static_cast<void>(come_up());
  static_cast<void>(feed(kTickTopic, encode(Tick{kEpoch, 7, TimeMs{1}, {}})));
  static_cast<void>(feed(room_topic("lobby"), encode(batch_of("lobby", 7, 8))));
  EXPECT_EQ(wait_for(3500ms).feed_port, 8421);
  EXPECT_THAT(sequences_of(feed(room_topic("lobby"), encode(batch_of("lobby", 5, 6))).events),
              ElementsAre(5, 6));
}

}  // namespace
}  // namespace palabre
