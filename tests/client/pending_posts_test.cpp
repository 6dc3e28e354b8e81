#include "client/pending_posts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/client/samples.hpp"

namespace palabre {
namespace {

using namespace palabre::samples;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr ClientNumber kSelf{9};

/// Posts, with outboxes 100, 101, … and request ids 1, 2, 3 …
class PendingPostsTest : public ::testing::Test {
 protected:
  void add(const std::string& room, const std::string& text) { posts.add(Counter{++tickets}, room, text); }

  /// The POST that is sent now, under the next request id.
  std::optional<request::Post> sent(Moment now = kStart) {
    auto post = posts.next(RequestId{requests + 1}, now);
    if (post) ++requests;
    return post;
  }

  Events answer(std::uint64_t request, const request::Post& post, Moment now = kStart) {
    reply::Stored stored{true, post.room, post.outbox, {}};
    for (std::size_t i = 0; i < post.texts.size(); ++i) {
      const Counter counter = post.counter.plus(i);
      stored.acks.push_back({counter, Sequence{10 + counter.value}, Column{1}, TimeMs{1}});
    }
    return posts.stored(RequestId{request}, stored, kSelf, now);
  }

  Events refuse_it(std::uint64_t request, const Refusal& refusal, Moment now = kStart) {
    return posts.refused(RequestId{request}, refusal, now, 0.0);
  }

  static Refusal out_of_order(std::uint64_t expected) {
    Refusal refusal = refuse(RefusalCode::out_of_order);
    refusal.expected = Counter{expected};
    return refusal;
  }

  std::uint64_t outboxes = 99;
  std::uint64_t requests = 0;
  std::uint64_t tickets = 0;
  PendingPosts posts{[this] { return OutboxId{++outboxes}; }};
};

TEST_F(PendingPostsTest, counts_from_one_over_all_rooms) {
  add("lobby", "a");
  add("lobby", "b");
  add("tea", "c");
  const auto first = sent();
  const auto second = sent();
  EXPECT_EQ(first->counter, Counter{1});
  EXPECT_THAT(first->texts, ElementsAre("a", "b"));
  EXPECT_EQ(second->room, "tea");
  EXPECT_EQ(second->counter, Counter{3});
  EXPECT_EQ(second->outbox, first->outbox);
}

TEST_F(PendingPostsTest, reports_each_text_under_its_ticket) {
  add("lobby", "a");
  add("lobby", "b");
  const auto events = only<event::Stored>(answer(1, *sent()));
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(events[1].counter, Counter{2});
  EXPECT_EQ(events[1].sequence, Sequence{12});
  EXPECT_EQ(events[1].client, kSelf);
  EXPECT_EQ(posts.size(), 0U);
}

TEST_F(PendingPostsTest, says_when_the_broker_keeps_messages_in_memory_only) {
  add("lobby", "a");
  const auto post = *sent();
  const reply::Stored received{
      false, "lobby", post.outbox, {{Counter{1}, Sequence{1}, Column{1}, TimeMs{1}}}};
  EXPECT_FALSE(only<event::Stored>(posts.stored(RequestId{1}, received, kSelf, kStart)).at(0).is_durable);
}

TEST_F(PendingPostsTest, puts_at_most_256_texts_into_a_request) {
  for (int i = 0; i < 300; ++i) add("lobby", "x");
  EXPECT_THAT(sent()->texts, SizeIs(256));
  EXPECT_THAT(sent()->texts, SizeIs(44));
}

TEST_F(PendingPostsTest, keeps_requests_well_below_the_byte_limit) {
  for (int i = 0; i < 100; ++i) add("lobby", std::string(limits::kTextBytesMax, 'x'));
  EXPECT_LE(sent()->texts.size() * limits::kTextBytesMax, limits::kRequestBytesMax / 2);
}

TEST_F(PendingPostsTest, respects_what_the_broker_takes) {
  posts.set_limits({.text_bytes = 10, .texts = 2, .request_bytes = 1000, .page_events = 1});
  for (int i = 0; i < 3; ++i) add("lobby", "x");
  EXPECT_THAT(sent()->texts, SizeIs(2));
}

TEST_F(PendingPostsTest, has_a_bounded_number_of_requests_under_way) {
  for (int i = 0; i < 20; ++i) {
    add("lobby", "x");
    static_cast<void>(sent());
  }
  EXPECT_EQ(requests, 8U);
}

TEST_F(PendingPostsTest, sends_all_again_in_order_on_a_new_connection) {
  add("lobby", "a");
  const auto first = sent();
  add("tea", "b");
  const auto second = sent();
  posts.connection_lost();
  const auto again = sent();
  EXPECT_THAT(again->texts, ElementsAre("a"));
  EXPECT_EQ(again->counter, first->counter);
  EXPECT_EQ(again->outbox, first->outbox);
  EXPECT_EQ(sent()->counter, second->counter);
}

TEST_F(PendingPostsTest, keeps_a_request_as_it_was_when_it_is_sent_again) {
  add("lobby", "a");
  static_cast<void>(sent());
  add("lobby", "b");
  posts.connection_lost();
  EXPECT_THAT(sent()->texts, ElementsAre("a"));
}

TEST_F(PendingPostsTest, ignores_answers_to_requests_of_an_old_connection) {
  add("lobby", "a");
  const auto post = *sent();
  posts.connection_lost();
  static_cast<void>(sent());
  EXPECT_THAT(answer(1, post), IsEmpty());
  EXPECT_THAT(refuse_it(1, refuse(RefusalCode::not_a_member)), IsEmpty());
  EXPECT_THAT(answer(2, post), SizeIs(1));
}

TEST_F(PendingPostsTest, sends_again_what_stays_unanswered) {
  add("lobby", "a");
  static_cast<void>(sent());
  EXPECT_EQ(posts.next_at(kStart), kStart + 5s);
  EXPECT_FALSE(sent(kStart + 4s));
  EXPECT_THAT(sent(kStart + 5s)->texts, ElementsAre("a"));
  EXPECT_EQ(posts.next_at(kStart + 5s), kStart + 15s);
}

TEST_F(PendingPostsTest, waits_as_long_as_a_busy_broker_asks_for) {
  add("lobby", "a");
  static_cast<void>(sent());
  Refusal busy = refuse(RefusalCode::busy);
  busy.retry_after_ms = 250;
  EXPECT_THAT(refuse_it(1, busy), IsEmpty());
  EXPECT_FALSE(sent(kStart + 249ms));
  EXPECT_EQ(posts.next_at(kStart), kStart + 250ms);
  EXPECT_THAT(sent(kStart + 250ms)->texts, ElementsAre("a"));
}

TEST_F(PendingPostsTest, tells_once_that_the_disk_is_full_and_goes_on_trying) {
  add("lobby", "a");
  static_cast<void>(sent());
  const auto told = only<event::PostDelayed>(refuse_it(1, refuse(RefusalCode::storage_full)));
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_EQ(told[0].counter, Counter{1});
  EXPECT_EQ(told[0].refusal.code, RefusalCode::storage_full);
  ASSERT_TRUE(sent(kStart + 600s));
  EXPECT_THAT(refuse_it(2, refuse(RefusalCode::storage_full)), IsEmpty());
  EXPECT_EQ(posts.size(), 1U);
}

TEST_F(PendingPostsTest, sends_what_followed_a_busy_one_again_too) {
  add("lobby", "a");
  static_cast<void>(sent());
  add("lobby", "b");
  static_cast<void>(sent());
  EXPECT_THAT(refuse_it(1, refuse(RefusalCode::busy)), IsEmpty());
  EXPECT_THAT(refuse_it(2, out_of_order(1)), IsEmpty());
  const auto later = kStart + 60s;
  EXPECT_THAT(sent(later)->texts, ElementsAre("a"));
  EXPECT_EQ(sent(later)->counter, Counter{2});
}

TEST_F(PendingPostsTest, drops_what_is_refused_for_good_and_gives_the_rest_a_fresh_outbox) {
  add("ops", "a");
  static_cast<void>(sent());
  add("lobby", "b");
  static_cast<void>(sent());
  const auto events = refuse_it(1, refuse(RefusalCode::not_a_member));
  EXPECT_THAT(tickets_of<event::PostRefused>(events), ElementsAre(1));
  EXPECT_EQ(only<event::PostRefused>(events)[0].room, "ops");
  EXPECT_THAT(refuse_it(2, out_of_order(1)), IsEmpty());
  const auto rest = *sent();
  EXPECT_THAT(rest.texts, ElementsAre("b"));
  EXPECT_EQ(rest.outbox, OutboxId{101});
  EXPECT_EQ(rest.counter, Counter{1});
  EXPECT_THAT(tickets_of<event::Stored>(answer(3, rest)), ElementsAre(2));
}

TEST_F(PendingPostsTest, keeps_order_between_an_outbox_and_the_next_one) {
  add("lobby", "a");
  const auto first = *sent();
  add("ops", "b");
  static_cast<void>(sent());
  add("lobby", "c");
  EXPECT_THAT(refuse_it(2, refuse(RefusalCode::not_a_member)), SizeIs(1));
  EXPECT_FALSE(sent());  // "a" is not known to be stored
  EXPECT_THAT(answer(1, first), SizeIs(1));
  EXPECT_THAT(sent()->texts, ElementsAre("c"));
}

TEST_F(PendingPostsTest, asks_for_what_was_stored_of_a_post_that_was_refused_half_way) {
  for (const auto* text : {"a", "b", "c", "d"}) add("lobby", text);
  const auto all = sent().value();
  auto refusal = refuse(RefusalCode::not_a_member);
  refusal.expected = Counter{3};
  EXPECT_THAT(refuse_it(1, refusal), IsEmpty());
  const auto stored = sent().value();
  EXPECT_THAT(stored.texts, ElementsAre("a", "b"));
  EXPECT_EQ(stored.counter, Counter{1});
  const auto rest = sent().value();
  EXPECT_THAT(rest.texts, ElementsAre("c", "d"));
  EXPECT_EQ(rest.counter, Counter{3});
  EXPECT_THAT(answer(2, stored), SizeIs(2));
  EXPECT_THAT(refuse_it(3, refusal), SizeIs(2)) << "as a whole: none of it is stored";
  EXPECT_EQ(posts.size(), 0U);
}

TEST_F(PendingPostsTest, finds_the_one_bad_text_among_several) {
  for (const auto* text : {"a", "bad", "c"}) add("lobby", text);
  static_cast<void>(sent());
  EXPECT_THAT(refuse_it(1, refuse(RefusalCode::too_long)), IsEmpty());
  const auto single = *sent();
  EXPECT_THAT(single.texts, ElementsAre("a"));
  static_cast<void>(sent());
  EXPECT_THAT(answer(2, single), SizeIs(1));
  EXPECT_THAT(tickets_of<event::PostRefused>(refuse_it(3, refuse(RefusalCode::too_long))), ElementsAre(2));
  EXPECT_THAT(sent()->texts, ElementsAre("c"));
}

TEST_F(PendingPostsTest, asks_again_when_a_later_answer_overtook_a_lost_one) {
  add("lobby", "a");
  const auto first = *sent();
  add("lobby", "b");
  const auto second = *sent();
  EXPECT_THAT(answer(2, second), IsEmpty());
  EXPECT_THAT(sent()->texts, ElementsAre("a"));
  EXPECT_THAT(tickets_of<event::Stored>(answer(3, first)), ElementsAre(1));
}

TEST_F(PendingPostsTest, goes_to_a_fresh_outbox_when_the_broker_forgot_acknowledged_posts) {
  add("lobby", "a");
  EXPECT_THAT(answer(1, *sent()), SizeIs(1));
  add("lobby", "b");
  static_cast<void>(sent());
  EXPECT_THAT(refuse_it(2, out_of_order(1)), IsEmpty());
  const auto again = *sent();
  EXPECT_EQ(again.outbox, OutboxId{101});
  EXPECT_EQ(again.counter, Counter{1});
}

TEST_F(PendingPostsTest, does_not_hammer_a_broker_that_keeps_saying_out_of_order) {
  add("lobby", "a");
  static_cast<void>(sent());
  EXPECT_THAT(refuse_it(1, out_of_order(1)), IsEmpty());
  static_cast<void>(sent());
  EXPECT_THAT(refuse_it(2, out_of_order(1)), IsEmpty());
  EXPECT_FALSE(sent(kStart + 99ms));
  EXPECT_TRUE(sent(kStart + 100ms));
}

TEST_F(PendingPostsTest, ignores_acknowledgements_that_do_not_fit_the_request) {
  add("lobby", "a");
  const auto post = *sent();
  reply::Stored none{true, "lobby", post.outbox, {}};
  EXPECT_THAT(posts.stored(RequestId{1}, none, kSelf, kStart), IsEmpty());
  EXPECT_EQ(posts.size(), 1U);
}

}  // namespace
}  // namespace palabre
