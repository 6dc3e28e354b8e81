#include "tests/client/conversation_fixture.hpp"

namespace palabre {
namespace {

TEST_F(ConversationTest, says_hello_and_nothing_else_until_it_is_welcomed) {
  conversation.post(Counter{1}, "lobby", "bonjour");
  conversation.call(kCall, request::Rooms{}, now + 1s);
  conversation.talk_up(now);
  static_cast<void>(act());
  ASSERT_THAT(asked, SizeIs(1));
  EXPECT_EQ(std::get<request::Hello>(asked[0].request).name, "alice");
}

TEST_F(ConversationTest, sends_what_waited_once_it_is_welcomed) {
  conversation.post(Counter{1}, "lobby", "bonjour");
  conversation.call(kCall, request::Rooms{}, now + 1s);
  EXPECT_THAT(link_states(come_up()), ElementsAre(event::LinkState::connected));
  EXPECT_EQ(count<request::Post>(), 1);
  EXPECT_EQ(count<request::Rooms>(), 1);
}

TEST_F(ConversationTest, answers_who_waits_for_the_welcome) {
  conversation.await_welcome(kCall, now + 1s);
  const auto effects = come_up();
  ASSERT_THAT(effects.finished, SizeIs(1));
  EXPECT_EQ(std::get<reply::Welcome>(std::get<Reply>(effects.finished[0].answer)).client, ClientNumber{3});
}

TEST_F(ConversationTest, calls_a_broker_that_never_welcomed_unreachable) {
  conversation.await_welcome(kCall, now + 1s);
  const auto effects = wait_for(1s);
  ASSERT_THAT(effects.finished, SizeIs(1));
  EXPECT_EQ(std::get<Problem>(effects.finished[0].answer).kind, ProblemKind::unreachable);
}

TEST_F(ConversationTest, calls_a_broker_that_welcomed_and_does_not_answer_late) {
  static_cast<void>(come_up());
  conversation.call(kCall, request::Rooms{}, now + 1s);
  const auto effects = wait_for(1s);
  ASSERT_THAT(effects.finished, SizeIs(1));
  EXPECT_EQ(std::get<Problem>(effects.finished[0].answer).kind, ProblemKind::timed_out);
}

TEST_F(ConversationTest, ends_when_hello_is_refused_for_good) {
  conversation.await_welcome(kCall, now + 10s);
  conversation.talk_up(now);
  static_cast<void>(act());
  const auto effects = reply_to(last<request::Hello>().id, refuse(RefusalCode::wrong_token));
  EXPECT_THAT(link_states(effects), ElementsAre(event::LinkState::refused));
  EXPECT_TRUE(effects.closes_sockets);
  ASSERT_THAT(effects.finished, SizeIs(1));
  EXPECT_EQ(std::get<Problem>(effects.finished[0].answer).refusal.code, RefusalCode::wrong_token);
  conversation.call(CallNumber{2}, request::Rooms{}, now + 10s);
  EXPECT_THAT(act().finished, SizeIs(1));
}

TEST_F(ConversationTest, says_hello_again_when_it_is_turned_away_for_a_while) {
  conversation.talk_up(now);
  static_cast<void>(act());
  Refusal busy = refuse(RefusalCode::busy);
  busy.retry_after_ms = 400;
  EXPECT_THAT(link_states(reply_to(last<request::Hello>().id, busy)),
              ElementsAre(event::LinkState::connecting));
  static_cast<void>(wait_for(600ms));
  EXPECT_EQ(count<request::Hello>(), 2);
}

TEST_F(ConversationTest, opens_another_connection_when_hello_stays_unanswered) {
  conversation.talk_up(now);
  static_cast<void>(act());
  static_cast<void>(wait_for(5s));
  EXPECT_TRUE(wait_for(150ms).reopens_talk);
}

TEST_F(ConversationTest, says_hello_again_on_the_same_connection_when_the_broker_forgot_it) {
  static_cast<void>(come_up());
  conversation.post(Counter{1}, "lobby", "bonjour");
  static_cast<void>(act());
  const auto effects = reply_to(last<request::Post>().id, refuse(RefusalCode::hello_first));
  EXPECT_EQ(count<request::Hello>(), 2);
  EXPECT_THAT(link_states(effects), IsEmpty());
  static_cast<void>(reply_to(last<request::Hello>().id, welcome_with({})));
  EXPECT_EQ(count<request::Post>(), 2);
}

TEST_F(ConversationTest, tells_once_that_the_connection_broke_and_opens_another_soon) {
  static_cast<void>(come_up());
  conversation.talk_down(now);
  EXPECT_THAT(link_states(act()), ElementsAre(event::LinkState::lost));
  conversation.talk_down(now);
  EXPECT_THAT(link_states(act()), IsEmpty());
  EXPECT_TRUE(wait_for(150ms).reopens_talk);
}

TEST_F(ConversationTest, does_not_speak_on_a_socket_that_is_about_to_be_replaced) {
  static_cast<void>(come_up());
  conversation.talk_down(now);
  conversation.talk_up(now);
  static_cast<void>(act());
  EXPECT_EQ(count<request::Hello>(), 1);
}

TEST_F(ConversationTest, asks_again_what_a_broken_connection_left_unanswered) {
  static_cast<void>(come_up());
  conversation.call(kCall, request::Who{}, now + 30s);
  static_cast<void>(act());
  conversation.talk_down(now);
  static_cast<void>(wait_for(150ms));
  static_cast<void>(come_up());
  EXPECT_EQ(count<request::Who>(), 2);
  EXPECT_THAT(reply_to(last<request::Who>().id, reply::Who{}).finished, SizeIs(1));
}

TEST_F(ConversationTest, pings_when_it_had_nothing_to_say_for_a_heartbeat) {
  static_cast<void>(come_up());
  EXPECT_LE(conversation.wake_at(now), now + 10s);
  static_cast<void>(wait_for(9s));
  EXPECT_EQ(count<request::Ping>(), 0);
  static_cast<void>(wait_for(1s));
  EXPECT_EQ(count<request::Ping>(), 1);
}

TEST_F(ConversationTest, gives_a_connection_up_after_three_heartbeats_without_a_pong) {
  static_cast<void>(come_up());
  for (int i = 0; i < 2; ++i) EXPECT_THAT(link_states(wait_for(10s)), IsEmpty());
  EXPECT_THAT(link_states(wait_for(10s)), ElementsAre(event::LinkState::lost));
}

TEST_F(ConversationTest, opens_the_feed_only_for_who_follows_with_the_tick_subscribed_last) {
  EXPECT_FALSE(come_up().feed_port);
  conversation.follow("lobby", std::nullopt, now);
  const auto effects = act();
  EXPECT_EQ(effects.feed_port, 8421);
  EXPECT_THAT(effects.subscriptions, ElementsAre("room/lobby/", "notice/lobby/", "tick/"));
}

TEST_F(ConversationTest, subscribes_and_unsubscribes_on_an_open_feed) {
  conversation.follow("lobby", std::nullopt, now);
  static_cast<void>(come_up());
  conversation.follow("tea", std::nullopt, now);
  EXPECT_THAT(act().subscriptions, ElementsAre("room/tea/", "notice/tea/"));
  conversation.unfollow("tea");
  EXPECT_THAT(act().unsubscriptions, ElementsAre("room/tea/", "notice/tea/"));
}

TEST_F(ConversationTest, repairs_a_gap_in_the_feed_with_history) {
  conversation.follow("lobby", std::nullopt, now);
  static_cast<void>(come_up());
  EXPECT_THAT(sequences_of(feed("room/lobby/", encode(batch_of("lobby", 6, 6))).events), IsEmpty());
  const auto refill = last<request::History>();
  EXPECT_EQ(std::get<request::History>(refill.request).from, Sequence{5});
  EXPECT_THAT(sequences_of(reply_to(refill.id, page_of("lobby", 5, 5, 6)).events), ElementsAre(5, 6));
}

TEST_F(ConversationTest, gives_pages_that_the_application_asked_for_to_it_alone) {
  conversation.follow("lobby", std::nullopt, now);
  static_cast<void>(come_up());
  conversation.call(kCall, request::History{"lobby", Sequence{1}, std::nullopt, 2}, now + 1s);
  static_cast<void>(act());
  const auto effects = reply_to(last<request::History>().id, page_of("lobby", 1, 2, 4));
  EXPECT_THAT(effects.finished, SizeIs(1));
  EXPECT_THAT(sequences_of(effects.events), IsEmpty());
}

TEST_F(ConversationTest, does_not_let_a_leave_overtake_the_posts_before_it) {
  static_cast<void>(come_up());
  conversation.post(Counter{1}, "tea", "bye");
  conversation.call(kCall, request::Leave{"tea"}, now + 1s);
  conversation.post(Counter{2}, "lobby", "here I am");
  static_cast<void>(act());
  EXPECT_EQ(count<request::Leave>(), 0);
  const auto [id, bye] = first<request::Post>();
  const auto outbox = std::get<request::Post>(bye).outbox;
  static_cast<void>(
      reply_to(id, reply::Stored{true, "tea", outbox, {{Counter{1}, Sequence{5}, Column{1}, TimeMs{1}}}}));
  EXPECT_EQ(count<request::Leave>(), 1);
}

TEST_F(ConversationTest, stops_following_a_room_that_was_left) {
  conversation.follow("tea", std::nullopt, now);
  static_cast<void>(come_up({{"tea", Sequence{4}}}));
  conversation.call(kCall, request::Leave{"tea"}, now + 1s);
  static_cast<void>(act());
  static_cast<void>(reply_to(last<request::Leave>().id, reply::Left{"tea"}));
  EXPECT_THAT(sequences_of(feed("room/tea/", encode(batch_of("tea", 5, 5))).events), IsEmpty());
}

TEST_F(ConversationTest, goes_on_following_when_the_answer_to_a_leave_that_was_given_up_comes_late) {
  static_cast<void>(come_up());
  conversation.call(kCall, request::Leave{"tea"}, now + 1s);
  static_cast<void>(act());
  static_cast<void>(wait_for(2s));
  conversation.follow("tea", Sequence{1}, now);
  conversation.call(CallNumber{2}, request::Join{"tea"}, now + 1s);
  static_cast<void>(act());
  const auto effects = reply_to(last<request::Leave>().id, reply::Left{"tea"});
  EXPECT_THAT(effects.unsubscriptions, IsEmpty());
  static_cast<void>(reply_to(last<request::Join>().id, reply::Joined{"tea", Sequence{4}, false}));
  EXPECT_EQ(count<request::History>(), 1);
}

TEST_F(ConversationTest, does_not_wait_for_a_dead_feed_when_no_room_is_followed) {
  conversation.follow("tea", std::nullopt, now);
  static_cast<void>(come_up({{"tea", Sequence{4}}}));
  conversation.unfollow("tea");
  EXPECT_FALSE(wait_for(20s).feed_port);
  static_cast<void>(come_up());
  conversation.follow("tea", std::nullopt, now);
  EXPECT_TRUE(act().feed_port);
}

TEST_F(ConversationTest, says_in_each_hello_which_run_it_is) {
  static_cast<void>(come_up());
  const auto first = std::get<request::Hello>(last<request::Hello>().request).run;
  EXPECT_TRUE(first);
  conversation.talk_down(now);
  static_cast<void>(wait_for(1s));
  static_cast<void>(come_up());
  EXPECT_EQ(count<request::Hello>(), 2);
  EXPECT_EQ(std::get<request::Hello>(last<request::Hello>().request).run, first);
}

TEST_F(ConversationTest, hands_over_notices_of_followed_rooms) {
  conversation.follow("lobby", std::nullopt, now);
  static_cast<void>(come_up());
  const Notice notice{"lobby", TimeMs{5}, {{NoticeKind::came, ClientNumber{7}, "bob"}}};
  const auto notices = only<event::Notice>(feed(notice_topic("lobby"), encode(notice)).events);
  ASSERT_THAT(notices, SizeIs(1));
  EXPECT_EQ(notices[0].what.name, "bob");
}

TEST_F(ConversationTest, drops_notices_that_nobody_reads) {
  conversation.follow("lobby", std::nullopt, now);
  static_cast<void>(come_up());
  conversation.set_backlogged(true);
  const Notice notice{"lobby", TimeMs{5}, {{NoticeKind::came, ClientNumber{7}, "bob"}}};
  EXPECT_THAT(feed(notice_topic("lobby"), encode(notice)).events, IsEmpty());
}

TEST_F(ConversationTest, survives_frames_that_are_no_messages) {
  conversation.follow("lobby", std::nullopt, now);
  static_cast<void>(come_up());
  conversation.take_talk("garbage", now);
  conversation.take_talk("", now);
  for (const auto* topic : {"room/lobby/", "notice/lobby/", "tick/", "", "other"}) {
    EXPECT_THAT(feed(topic, "garbage").events, IsEmpty());
  }
  EXPECT_THAT(sequences_of(feed("room/lobby/", encode(batch_of("lobby", 5, 5))).events), ElementsAre(5));
}

TEST_F(ConversationTest, is_over_once_its_goodbye_is_answered) {
  static_cast<void>(come_up());
  conversation.say_goodbye(now);
  static_cast<void>(act());
  EXPECT_FALSE(conversation.is_over());
  static_cast<void>(reply_to(last<request::Goodbye>().id, reply::Farewell{}));
  EXPECT_TRUE(conversation.is_over());
}

TEST_F(ConversationTest, waits_a_second_for_the_answer_to_its_goodbye) {
  static_cast<void>(come_up());
  conversation.say_goodbye(now);
  EXPECT_LE(conversation.wake_at(now), now + 1s);
  static_cast<void>(wait_for(1s));
  EXPECT_TRUE(conversation.is_over());
}

TEST_F(ConversationTest, is_over_at_once_when_nobody_is_there_to_hear_its_goodbye) {
  conversation.say_goodbye(now);
  EXPECT_TRUE(conversation.is_over());
}

}  // namespace
}  // namespace palabre
