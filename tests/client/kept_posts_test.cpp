#include "client/kept_posts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/pending_posts.hpp"
#include "tests/client/samples.hpp"

namespace palabre {
namespace {

using namespace palabre::samples;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// What would be in the file after so many of the records.
KeptPosts after(const std::vector<KeptRecord>& records) {
  KeptPosts posts;
  for (const auto& record : records) posts.apply(record);
  return posts;
}

std::vector<std::string> ids_of(const KeptPosts& posts) {
  std::vector<std::string> ids;
  for (const auto& post : posts.pending) {
    ids.push_back(post.text + " " + std::to_string(post.outbox.value) + ":" +
                  std::to_string(post.counter.value));
  }
  return ids;
}

const std::vector<KeptRecord> kThreePosts{kept::Began{{77}, {1}}, kept::Posted{{1}, "lobby", "one"},
                                          kept::Posted{{2}, "tea", "two"}, kept::Posted{{3}, "tea", "three"}};

std::vector<KeptRecord> three_posts_and(const KeptRecord& record) {
  auto records = kThreePosts;
  records.push_back(record);
  return records;
}

TEST(KeptPosts, count_on_in_their_outbox) {
  const auto posts = after(kThreePosts);
  EXPECT_THAT(ids_of(posts), ElementsAre("one 77:1", "two 77:2", "three 77:3"));
  EXPECT_EQ(posts.next_counter, Counter{4});
  EXPECT_EQ(posts.last, Counter{3});
}

TEST(KeptPosts, forget_what_is_stored) {
  const auto posts = after(three_posts_and(kept::Stored{{2}}));
  EXPECT_THAT(ids_of(posts), ElementsAre("three 77:3"));
  EXPECT_EQ(posts.last, Counter{3});
}

TEST(KeptPosts, move_with_those_behind_a_refused_one_and_close_the_hole) {
  auto records = three_posts_and(kept::Refused{{2}});
  records.emplace_back(kept::Began{{88}, {3}});
  EXPECT_THAT(ids_of(after(records)), ElementsAre("one 77:1", "three 88:1"));
  records.emplace_back(kept::Posted{{4}, "lobby", "four"});
  EXPECT_THAT(ids_of(after(records)), ElementsAre("one 77:1", "three 88:1", "four 88:2"));
  records.emplace_back(kept::Began{{99}, {1}});
  EXPECT_THAT(ids_of(after(records)), ElementsAre("one 99:1", "three 99:2", "four 99:3"));
  EXPECT_EQ(after(records).refused, 1U);
}

TEST(KeptPosts, tell_one_list_of_texts_from_another) {
  const auto posts = after(kThreePosts);
  EXPECT_EQ(posts.texts, after(three_posts_and(kept::Stored{{3}})).texts);
  EXPECT_NE(posts.texts, after(three_posts_and(kept::Posted{{4}, "tea", "four"})).texts);
  EXPECT_NE(after({kept::Posted{{1}, "tea", "one"}}).texts, after({kept::Posted{{1}, "lobby", "one"}}).texts);
}

// ── what PendingPosts writes down, and begins with ───────────────────────────────────────────────────────

class KeptOutbox : public ::testing::Test {
 protected:
  PendingPosts begin(const KeptPosts& kept) {
    return PendingPosts([this] { return OutboxId{++outboxes}; }, kept);
  }
  /// What a program that is killed now leaves behind.
  KeptPosts left_by(PendingPosts& posts) {
    for (const auto& record : posts.take_records()) file.apply(record);
    return file;
  }

  std::uint64_t outboxes = 0;
  KeptPosts file;
};

TEST_F(KeptOutbox, is_sent_again_by_the_next_run_under_the_same_ids) {
  auto first = begin({});
  first.add({1}, "lobby", "one");
  first.add({2}, "lobby", "two");
  first.add({3}, "tea", "three");
  const auto sent = first.next({1}, kStart).value();
  auto second = begin(left_by(first));
  EXPECT_EQ(second.size(), 3U);
  const auto one_and_two = second.next({1}, kStart).value();
  const auto three = second.next({2}, kStart).value();
  EXPECT_EQ(one_and_two.outbox, sent.outbox);
  EXPECT_EQ(one_and_two.counter, sent.counter);
  EXPECT_THAT(one_and_two.texts, testing::ElementsAre("one", "two"));
  EXPECT_EQ(three.room, "tea");
  EXPECT_EQ(three.texts.size(), 1U);
}

TEST_F(KeptOutbox, is_sent_again_in_requests_that_are_as_long_as_may_be) {
  auto first = begin({});
  const std::string text(limits::kTextBytesMax, 'x');
  for (std::uint64_t ticket = 1; ticket <= 20; ++ticket) first.add({ticket}, "lobby", text);
  for (std::uint64_t ticket = 21; ticket <= 2020; ++ticket) first.add({ticket}, "lobby", "short");
  std::uint64_t request = 0;
  while (first.next({++request}, kStart)) {
  }
  auto second = begin(left_by(first));
  std::size_t texts = 0;
  Counter due{1};
  for (std::uint64_t id = 1; id < 100 && texts < second.size(); ++id) {
    const auto post = second.next({id}, kStart);
    if (!post) break;
    EXPECT_EQ(post->counter, due);
    EXPECT_LE(post->texts.bytes(), limits::kRequestBytesMax / 2);
    EXPECT_LE(post->texts.size(), limits::kTextsMax);
    EXPECT_GT(post->texts.size(), 1U);
    texts += post->texts.size();
    due = due.plus(post->texts.size());
  }
  EXPECT_GT(texts, 1000U) << "in the eight that may be under way";
}

TEST_F(KeptOutbox, does_not_call_refused_what_was_stored_before) {
  auto first = begin({});
  first.add({1}, "lobby", "stored, and nobody heard of it");
  first.add({2}, "lobby", "new");
  auto second = begin(left_by(first));
  const auto both = second.next({1}, kStart).value();
  ASSERT_EQ(both.texts.size(), 2U);
  auto half_way = refuse(RefusalCode::not_a_member);
  half_way.expected = both.counter.next();
  EXPECT_TRUE(second.refused({1}, half_way, kStart, 0).empty());
  const auto one = second.next({2}, kStart).value();
  EXPECT_THAT(one.texts, testing::ElementsAre("stored, and nobody heard of it"));
  const auto two = second.next({3}, kStart).value();
  const auto stored =
      second.stored({2}, {true, "lobby", one.outbox, {{one.counter, {5}, {5}, {5}}}}, {3}, kStart);
  ASSERT_EQ(stored.size(), 1U);
  EXPECT_EQ(std::get<event::Stored>(stored[0]).counter, Counter{1});
  const auto refused = second.refused({3}, refuse(RefusalCode::not_a_member), kStart, 0);
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(std::get<event::PostRefused>(refused[0]).counter, Counter{2});
  EXPECT_EQ(two.counter, one.counter.next());
}

TEST_F(KeptOutbox, goes_on_behind_what_is_stored) {
  auto first = begin({});
  first.add({1}, "lobby", "one");
  const auto sent = first.next({1}, kStart).value();
  disregard(first.stored({1}, {true, "lobby", sent.outbox, {{{1}, {5}, {5}, {5}}}}, {3}, kStart));
  auto second = begin(left_by(first));
  EXPECT_FALSE(second.next({1}, kStart));
  second.add({2}, "lobby", "two");
  const auto next = second.next({1}, kStart).value();
  EXPECT_EQ(next.outbox, sent.outbox);
  EXPECT_EQ(next.counter, Counter{2});
}

TEST_F(KeptOutbox, remembers_that_a_refusal_moved_those_behind_it) {
  auto first = begin({});
  first.add({1}, "shut", "one");
  first.add({2}, "lobby", "two");
  first.add({3}, "tea", "three");
  while (first.next({outboxes + 10}, kStart)) {
  }
  disregard(first.refused({11}, refuse(RefusalCode::not_a_member), kStart, 0.5));
  const auto left = left_by(first);
  EXPECT_THAT(ids_of(left), ElementsAre("two 2:1", "three 2:2"));
  auto second = begin(left);
  EXPECT_EQ(second.next({1}, kStart)->outbox, OutboxId{2});
}

TEST_F(KeptOutbox, writes_nothing_down_when_nobody_asked_for_it) {
  PendingPosts posts([] { return OutboxId{7}; });
  posts.add({1}, "lobby", "one");
  ASSERT_TRUE(posts.next({1}, kStart));
  EXPECT_THAT(posts.take_records(), IsEmpty());
}

}  // namespace
}  // namespace palabre
