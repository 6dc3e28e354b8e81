#include "client/timeline.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/client/samples.hpp"

namespace palabre {
namespace {

using namespace palabre::samples;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr RequestId kRefill{7};

Timeline anchored(std::optional<Sequence> from, std::uint64_t head) {
  Timeline timeline("lobby", from);
  static_cast<void>(timeline.anchor(kEpoch, Sequence{head}));
  return timeline;
}

/// Asks the HISTORY that is due and answers with `page`.
Events refill(Timeline& timeline, const reply::Page& page, Moment now = kStart) {
  EXPECT_TRUE(timeline.refill_due(now));
  timeline.refill_sent(kRefill, now);
  return timeline.take_page(page, now);
}

TEST(Timeline, hands_over_what_follows_without_a_gap) {
  auto timeline = anchored(std::nullopt, 4);
  const auto events = timeline.take_batch(batch_of("lobby", 5, 7));
  EXPECT_THAT(sequences_of(events), ElementsAre(5, 6, 7));
  EXPECT_FALSE(timeline.refill_due(kStart));
}

TEST(Timeline, fills_in_what_a_message_is_about) {
  auto timeline = anchored(std::nullopt, 4);
  const auto messages = only<event::Message>(timeline.take_batch(batch_of("lobby", 5, 5)));
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].room, "lobby");
  EXPECT_EQ(messages[0].epoch, kEpoch);
  EXPECT_EQ(messages[0].client, ClientNumber{3});
  EXPECT_EQ(messages[0].name, "alice");
  EXPECT_EQ(messages[0].text, "5");
  EXPECT_EQ(messages[0].at, TimeMs{1005});
}

TEST(Timeline, drops_repeats_also_inside_a_batch) {
  auto timeline = anchored(std::nullopt, 4);
  EXPECT_THAT(sequences_of(timeline.take_batch(batch_of("lobby", 3, 6))), ElementsAre(5, 6));
  EXPECT_THAT(sequences_of(timeline.take_batch(batch_of("lobby", 5, 6))), IsEmpty());
}

TEST(Timeline, hands_over_nothing_of_the_feed_before_its_anchor) {
  Timeline timeline("lobby", std::nullopt);
  EXPECT_THAT(timeline.take_batch(batch_of("lobby", 1, 2)), IsEmpty());
  EXPECT_FALSE(timeline.refill_due(kStart));
  static_cast<void>(timeline.anchor(kEpoch, Sequence{2}));
  EXPECT_FALSE(timeline.refill_due(kStart));
}

TEST(Timeline, asks_for_what_the_feed_said_before_an_anchor_that_came_late) {
  Timeline by_batch("lobby", std::nullopt);
  EXPECT_THAT(by_batch.take_batch(batch_of("lobby", 10, 10)), IsEmpty());
  static_cast<void>(by_batch.anchor(kEpoch, Sequence{9}));
  EXPECT_EQ(by_batch.refill_due(kStart)->from, Sequence{10});
  Timeline by_tick("lobby", std::nullopt);
  EXPECT_THAT(by_tick.note_head(Sequence{10}), IsEmpty());
  static_cast<void>(by_tick.anchor(kEpoch, Sequence{9}));
  EXPECT_THAT(sequences_of(refill(by_tick, page_of("lobby", 10, 10, 10))), ElementsAre(10));
}

TEST(Timeline, asks_for_exactly_the_hole) {
  auto timeline = anchored(std::nullopt, 4);
  EXPECT_THAT(sequences_of(timeline.take_batch(batch_of("lobby", 8, 9))), IsEmpty());
  const auto history = timeline.refill_due(kStart);
  ASSERT_TRUE(history);
  EXPECT_EQ(history->room, "lobby");
  EXPECT_EQ(history->from, Sequence{5});
  EXPECT_EQ(history->count, 3U);
}

TEST(Timeline, hands_over_what_came_early_after_the_page_that_fills_the_hole) {
  auto timeline = anchored(std::nullopt, 4);
  disregard(timeline.take_batch(batch_of("lobby", 8, 9)));
  EXPECT_THAT(sequences_of(refill(timeline, page_of("lobby", 5, 7, 9))), ElementsAre(5, 6, 7, 8, 9));
}

TEST(Timeline, has_one_history_under_way_at_most) {
  auto timeline = anchored(Sequence{1}, 3000);
  timeline.refill_sent(kRefill, kStart);
  EXPECT_FALSE(timeline.refill_due(kStart + 1s));
  EXPECT_TRUE(timeline.awaits(kRefill));
}

TEST(Timeline, asks_again_when_a_history_stays_unanswered) {
  auto timeline = anchored(Sequence{1}, 30);
  timeline.refill_sent(kRefill, kStart);
  EXPECT_EQ(timeline.refill_at(), kStart + 5s);
  EXPECT_TRUE(timeline.refill_due(kStart + 5s));
}

TEST(Timeline, asks_pages_of_bounded_size_until_it_has_all) {
  auto timeline = anchored(Sequence{1}, 1500);
  EXPECT_EQ(timeline.refill_due(kStart)->count, 1024U);
  disregard(refill(timeline, page_of("lobby", 1, 600, 1500)));
  EXPECT_EQ(timeline.refill_due(kStart)->from, Sequence{601});
  EXPECT_EQ(timeline.refill_due(kStart)->count, 900U);
}

TEST(Timeline, learns_of_a_lost_tail_from_a_head) {
  auto timeline = anchored(std::nullopt, 4);
  EXPECT_THAT(timeline.note_head(Sequence{6}), IsEmpty());
  EXPECT_EQ(timeline.refill_due(kStart)->from, Sequence{5});
  EXPECT_EQ(timeline.refill_due(kStart)->count, 2U);
}

TEST(Timeline, waits_as_long_as_a_refusal_says_and_a_little_more) {
  auto timeline = anchored(Sequence{1}, 4);
  Refusal busy = refuse(RefusalCode::busy);
  busy.retry_after_ms = 200;
  timeline.refill_sent(kRefill, kStart);
  EXPECT_THAT(timeline.refill_refused(busy, kStart, 1.0), IsEmpty());
  EXPECT_FALSE(timeline.refill_due(kStart + 299ms));
  EXPECT_TRUE(timeline.refill_due(kStart + 300ms));
  EXPECT_EQ(timeline.refill_at(), kStart + 300ms);
}

TEST(Timeline, asks_more_and_more_seldom_for_what_is_refused_again_and_again) {
  auto timeline = anchored(Sequence{1}, 4);
  const auto refused_at = [&](Moment now) {
    timeline.refill_sent(kRefill, now);
    EXPECT_THAT(timeline.refill_refused(refuse(RefusalCode::store_damaged), now, 0), IsEmpty());
    return *timeline.refill_at() - now;
  };
  for (const auto pause : {1s, 2s, 4s, 8s, 8s}) EXPECT_EQ(refused_at(kStart), pause);
  disregard(refill(timeline, page_of("lobby", 1, 2, 4), kStart + 8s));
  EXPECT_EQ(refused_at(kStart + 8s), 1s);
}

TEST(Timeline, does_not_hammer_a_broker_whose_page_brings_nothing) {
  auto timeline = anchored(Sequence{1}, 4);
  EXPECT_THAT(sequences_of(refill(timeline, page_of("lobby", 1, 0, 4))), IsEmpty());
  EXPECT_FALSE(timeline.refill_due(kStart + 10ms));
  EXPECT_TRUE(timeline.refill_due(kStart + 1s));
}

TEST(Timeline, marks_what_was_stored_before_following_as_replay_and_nothing_else) {
  auto timeline = anchored(Sequence{3}, 4);
  auto events = refill(timeline, page_of("lobby", 3, 5, 5));
  append(events, timeline.take_batch(batch_of("lobby", 6, 6)));
  append(events, timeline.note_head(Sequence{7}));
  append(events, refill(timeline, page_of("lobby", 7, 7, 7)));
  std::vector<bool> is_replay;
  for (const auto& message : only<event::Message>(events)) is_replay.push_back(message.is_replay);
  EXPECT_THAT(is_replay, ElementsAre(true, true, false, false, false));
}

TEST(Timeline, has_caught_up_at_once_when_only_news_are_wanted) {
  Timeline timeline("lobby", std::nullopt);
  const auto caught_up = only<event::CaughtUp>(timeline.anchor(kEpoch, Sequence{4}));
  ASSERT_EQ(caught_up.size(), 1U);
  EXPECT_EQ(caught_up[0].head, Sequence{4});
}

TEST(Timeline, has_caught_up_once_the_head_at_the_beginning_is_reached) {
  auto timeline = anchored(Sequence{1}, 4);
  EXPECT_THAT(only<event::CaughtUp>(refill(timeline, page_of("lobby", 1, 3, 4))), IsEmpty());
  EXPECT_EQ(only<event::CaughtUp>(refill(timeline, page_of("lobby", 4, 4, 9))).size(), 1U);
}

TEST(Timeline, has_caught_up_again_when_a_gap_is_repaired) {
  auto timeline = anchored(std::nullopt, 4);
  EXPECT_THAT(only<event::CaughtUp>(timeline.take_batch(batch_of("lobby", 5, 6))), IsEmpty());
  EXPECT_THAT(only<event::CaughtUp>(timeline.note_head(Sequence{8})), IsEmpty());
  const auto caught_up = only<event::CaughtUp>(refill(timeline, page_of("lobby", 7, 8, 8)));
  ASSERT_EQ(caught_up.size(), 1U);
  EXPECT_EQ(caught_up[0].head, Sequence{8});
}

TEST(Timeline, says_so_after_a_reconnect_even_when_nothing_was_missed) {
  auto timeline = anchored(std::nullopt, 4);
  EXPECT_EQ(only<event::CaughtUp>(timeline.connection_back()).size(), 1U);
}

TEST(Timeline, bounds_what_it_keeps_while_a_hole_is_open) {
  auto timeline = anchored(std::nullopt, 0);
  for (std::uint64_t first = 2; first < 20000; first += 1000) {
    EXPECT_THAT(timeline.take_batch(batch_of("lobby", first, first + 999)), IsEmpty());
  }
  // The beginning of the run was let go, so more than sequence 1 is to be fetched again.
  EXPECT_EQ(timeline.refill_due(kStart)->count, 1024U);
}

TEST(Timeline, believes_the_store_went_back_when_told_twice) {
  auto timeline = anchored(Sequence{1}, 0);
  disregard(timeline.take_batch(batch_of("lobby", 1, 100)));
  timeline.expect_heads();
  EXPECT_THAT(timeline.judge_head(Sequence{50}), IsEmpty());
  EXPECT_TRUE(timeline.doubts_head());
  timeline.expect_heads();
  const auto back = only<event::StoreWentBack>(timeline.judge_head(Sequence{52}));
  ASSERT_EQ(back.size(), 1U);
  EXPECT_EQ(back[0].seen, Sequence{100});
  EXPECT_EQ(back[0].head, Sequence{52});
  EXPECT_FALSE(timeline.doubts_head());
}

TEST(Timeline, goes_on_with_what_was_stored_since_the_store_went_back) {
  auto timeline = anchored(Sequence{1}, 0);
  disregard(timeline.take_batch(batch_of("lobby", 1, 100)));
  timeline.expect_heads();
  disregard(timeline.judge_head(Sequence{50}));
  disregard(timeline.judge_head(Sequence{52}));
  EXPECT_THAT(sequences_of(refill(timeline, page_of("lobby", 51, 52, 52))), ElementsAre(51, 52));
}

TEST(Timeline, forgives_a_head_that_ran_a_moment_behind) {
  auto timeline = anchored(std::nullopt, 100);
  timeline.expect_heads();
  EXPECT_THAT(timeline.judge_head(Sequence{99}), IsEmpty());
  EXPECT_THAT(timeline.judge_head(Sequence{100}), IsEmpty());
  EXPECT_FALSE(timeline.doubts_head());
}

TEST(Timeline, does_not_blame_a_head_that_was_asked_before_the_news) {
  auto timeline = anchored(std::nullopt, 100);
  timeline.expect_heads();
  disregard(timeline.take_batch(batch_of("lobby", 101, 105)));
  EXPECT_THAT(timeline.judge_head(Sequence{100}), IsEmpty());
  EXPECT_FALSE(timeline.doubts_head());
}

TEST(Timeline, takes_a_vanished_room_for_a_store_that_went_back) {
  auto timeline = anchored(std::nullopt, 4);
  timeline.probe();
  timeline.refill_sent(kRefill, kStart);
  const auto events = timeline.refill_refused(refuse(RefusalCode::no_such_room), kStart, 0);
  ASSERT_EQ(only<event::StoreWentBack>(events).size(), 1U);
  EXPECT_EQ(timeline.last(), Sequence{0});
}

TEST(Timeline, counts_what_came_before_it_began_as_seen) {
  auto timeline = anchored(Sequence{4}, 0);
  timeline.probe();
  timeline.refill_sent(kRefill, kStart);
  const auto events = timeline.refill_refused(refuse(RefusalCode::no_such_room), kStart, 0);
  const auto back = only<event::StoreWentBack>(events);
  ASSERT_EQ(back.size(), 1U);
  EXPECT_EQ(back[0].seen, Sequence{3});
  EXPECT_EQ(back[0].head, Sequence{0});
}

TEST(Timeline, begins_a_new_epoch_at_its_first_message_only_for_who_wanted_everything) {
  auto everything = anchored(Sequence{1}, 40);
  auto news = anchored(Sequence{30}, 40);
  everything.begin_anew();
  news.begin_anew();
  disregard(everything.anchor(kOtherEpoch, Sequence{20}));
  disregard(news.anchor(kOtherEpoch, Sequence{20}));
  EXPECT_EQ(everything.refill_due(kStart)->from, Sequence{1});
  EXPECT_FALSE(news.refill_due(kStart));
}

TEST(Timeline, asks_history_when_nobody_names_its_head) {
  auto timeline = anchored(std::nullopt, 4);
  timeline.probe();
  EXPECT_EQ(timeline.refill_due(kStart)->from, Sequence{5});
  EXPECT_THAT(sequences_of(refill(timeline, page_of("lobby", 5, 5, 5))), ElementsAre(5));
  EXPECT_FALSE(timeline.refill_due(kStart));
}

TEST(Timeline, lets_nothing_wait_behind_a_hole_that_a_lost_connection_may_have_brought) {
  auto timeline = anchored(std::nullopt, 4);
  disregard(timeline.take_batch(batch_of("lobby", 8, 8)));
  timeline.connection_lost();
  disregard(timeline.take_batch(batch_of("lobby", 9, 9)));
  disregard(timeline.connection_back());
  EXPECT_EQ(timeline.refill_due(kStart)->count, 5U);
  EXPECT_THAT(sequences_of(refill(timeline, page_of("lobby", 5, 7, 7))), ElementsAre(5, 6, 7))
      << "8 and 9 may be of a store that went back since";
}

TEST(Timeline, asks_again_when_nobody_names_its_head_and_the_answer_was_refused_or_lost) {
  auto timeline = anchored(std::nullopt, 4);
  timeline.probe();
  timeline.refill_sent(kRefill, kStart);
  disregard(timeline.refill_refused(refuse(RefusalCode::busy), kStart, 0));
  ASSERT_TRUE(timeline.refill_at());
  timeline.refill_sent(kRefill, *timeline.refill_at());
  const auto lost = timeline.refill_at();
  ASSERT_TRUE(lost);
  EXPECT_TRUE(timeline.refill_due(*lost));
  disregard(refill(timeline, page_of("lobby", 5, 5, 5), *lost));
  EXPECT_FALSE(timeline.refill_at());
}

}  // namespace
}  // namespace palabre
