#include "tests/client/conversation_fixture.hpp"

namespace palabre {
namespace {

constexpr ClientNumber kAlice{3};  // whom the fixture welcomes

class PrivateConversation : public ConversationTest {
 protected:
  using ConversationTest::ConversationTest;

  void follow(const std::string& room, std::uint64_t head) {
    conversation.follow(room, std::nullopt, now);
    static_cast<void>(come_up({{"lobby", Sequence{4}}, {room, Sequence{head}}}));
  }
  static Notice notice_of(NoticeKind kind, ClientNumber client) {
    return {"bob/tea", TimeMs{5}, {{kind, client, "somebody", "bob", "a reason"}}};
  }
};

class NewDirectRooms : public PrivateConversation {
 protected:
  NewDirectRooms() : PrivateConversation(wanting()) {}
  static ClientOptions wanting() {
    auto wanted = options();
    wanted.follows_new_direct_rooms = true;
    return wanted;
  }
};

TEST_F(PrivateConversation, hears_private_rooms_on_the_talk_port_and_never_asks_the_feed_for_them) {
  conversation.follow("bob/tea", std::nullopt, now);
  const auto effects = come_up({{"bob/tea", Sequence{2}}});
  EXPECT_THAT(effects.subscriptions, ElementsAre("tick/"));
  EXPECT_THAT(sequences_of(told(reply::Said{batch_of("bob/tea", 3, 4)}).events), ElementsAre(3, 4));
}

TEST_F(PrivateConversation, fetches_what_a_lost_frame_brought_once_a_pong_names_the_head) {
  follow("@bob", 2);
  for (int second = 0; second < 10; ++second) {  // whatever else there is to say
    conversation.call(kCall, request::Rooms{}, now + 1s);
    static_cast<void>(wait_for(1s));
  }
  static_cast<void>(
      reply_to(last<request::Ping>().id, reply::Pong{TimeMs{9}, kEpoch, {{"@bob", Sequence{3}}}}));
  const auto history = last<request::History>();
  EXPECT_EQ(std::get<request::History>(history.request).room, "@bob");
  EXPECT_THAT(sequences_of(reply_to(history.id, page_of("@bob", 3, 3, 3)).events), ElementsAre(3));
}

TEST_F(PrivateConversation, takes_nothing_private_that_has_a_request_number) {
  follow("@bob", 2);
  EXPECT_THAT(reply_to(RequestId{77}, reply::Said{batch_of("@bob", 3, 3)}).events, IsEmpty());
}

TEST_F(NewDirectRooms, are_followed_as_they_begin) {
  static_cast<void>(come_up({{"lobby", Sequence{4}}, {"@old", Sequence{9}}}));
  const auto effects = told(reply::Said{batch_of("@bob", 1, 2)});
  EXPECT_THAT(sequences_of(effects.events), ElementsAre(1, 2));
  for (const auto& message : only<event::Message>(effects.events)) EXPECT_FALSE(message.is_replay);
  EXPECT_THAT(told(reply::Said{batch_of("@old", 10, 10)}).events, IsEmpty())
      << "the application has not followed it";
}

TEST_F(NewDirectRooms, are_found_that_began_while_it_was_away) {
  static_cast<void>(come_up());
  conversation.talk_down(now);
  static_cast<void>(wait_for(1s));
  static_cast<void>(come_up({{"lobby", Sequence{4}}, {"@bob", Sequence{2}}}));
  const auto history = last<request::History>();
  EXPECT_EQ(std::get<request::History>(history.request).from, Sequence{1});
  const auto events = reply_to(history.id, page_of("@bob", 1, 2, 2)).events;
  EXPECT_THAT(sequences_of(events), ElementsAre(1, 2));
  EXPECT_FALSE(only<event::Message>(events).at(0).is_replay) << "it is news";
}

TEST_F(NewDirectRooms, are_new_again_after_a_new_epoch_shut_them_out) {
  const Epoch restored = "fedcba9876543210";
  conversation.follow("@bob", std::nullopt, now);
  static_cast<void>(come_up({{"lobby", Sequence{4}}, {"@bob", Sequence{9}}}));
  static_cast<void>(told(reply::Said{batch_of("@carol", 1, 1, restored)}));
  static_cast<void>(reply_to(last<request::Heads>().id, reply::Heads{restored, {}}));
  const auto join = last<request::Join>();
  ASSERT_EQ(std::get<request::Join>(join.request).room, "@bob") << "nobody has that name any more";
  const auto events = reply_to(join.id, refuse(RefusalCode::no_such_client)).events;
  EXPECT_THAT(only<event::ShutOut>(events), SizeIs(1));
  EXPECT_THAT(sequences_of(told(reply::Said{batch_of("@bob", 1, 2, restored)}).events), ElementsAre(1, 2));
}

TEST_F(PrivateConversation, leaves_new_direct_rooms_alone_when_that_is_not_wanted) {
  static_cast<void>(come_up());
  EXPECT_THAT(told(reply::Said{batch_of("@bob", 1, 2)}).events, IsEmpty());
}

TEST_F(PrivateConversation, tells_of_what_is_done_to_us_even_where_we_follow_nothing) {
  static_cast<void>(come_up());
  const auto events = told(reply::Noticed{notice_of(NoticeKind::invited, kAlice)}).events;
  ASSERT_THAT(only<event::Notice>(events), SizeIs(1));
  EXPECT_EQ(only<event::Notice>(events)[0].what.by, "bob");
  EXPECT_THAT(told(reply::Noticed{notice_of(NoticeKind::invited, ClientNumber{8})}).events, IsEmpty());
}

TEST_F(PrivateConversation, follows_no_longer_what_it_was_sent_away_from) {
  follow("bob/tea", 2);
  const auto events = told(reply::Noticed{notice_of(NoticeKind::kicked, kAlice)}).events;
  ASSERT_THAT(only<event::ShutOut>(events), SizeIs(1));
  EXPECT_EQ(only<event::ShutOut>(events)[0].room, "bob/tea");
  EXPECT_THAT(told(reply::Said{batch_of("bob/tea", 3, 3)}).events, IsEmpty());
}

TEST_F(PrivateConversation, takes_a_private_room_that_is_there_no_longer_for_one_that_shut_it_out) {
  follow("bob/tea", 2);
  conversation.talk_down(now);
  static_cast<void>(wait_for(1s));
  static_cast<void>(come_up());  // whose WELCOME does not name the room
  const auto events = reply_to(last<request::History>().id, refuse(RefusalCode::no_such_room)).events;
  EXPECT_THAT(only<event::ShutOut>(events), SizeIs(1));
  EXPECT_THAT(only<event::StoreWentBack>(events), IsEmpty());
  const auto joins = count<request::Join>();
  static_cast<void>(wait_for(20s));
  EXPECT_EQ(count<request::Join>(), joins) << "and does not ask for it again and again";
}

}  // namespace
}  // namespace palabre
