#include <chrono>
#include <string>
#include <vector>

#include "broker/session/session.hpp"
#include "schema/limits.hpp"
#include "tests/broker/session/session_fixture.hpp"

/// How fast, and in how many parts, a session hands on what its client posts.
namespace palabre::broker {
namespace {

using std::chrono::steady_clock;
using testing::SizeIs;

class PaceTest : public SessionTest {
 protected:
  PaceTest() { tools_.per_identity.messages = 1'000'000; }

  void post(Counter counter, const Texts& texts, RequestId id) {
    (void)deliver(*session_, kDesk, frame(request::Post{"lobby", {7}, counter, texts}, id));
  }
  void open() { session_.emplace(kAlice, tools_); }
  static Texts texts(std::size_t count, std::size_t bytes) {
    return texts_of(std::vector(count, std::string(bytes, 'x')));
  }

  std::optional<Session> session_;
};

TEST_F(PaceTest, hands_a_long_post_on_in_parts_each_as_long_as_a_longest_text) {
  open();
  post({5}, texts(200, 1000), {1});
  const auto first = recorder_.next<command::Post>();
  ASSERT_NE(first.whole, nullptr);
  EXPECT_EQ(first.whole->texts, 200U);
  EXPECT_EQ(first.origin.request, RequestId{1});
  EXPECT_EQ(first.post.counter, Counter{5});
  std::size_t handed_on = 0;
  for (auto part = first;; part = recorder_.next<command::Post>()) {
    EXPECT_EQ(part.whole, first.whole);
    EXPECT_EQ(part.post.counter, Counter{5 + handed_on});
    EXPECT_LE(part.post.texts.bytes(), limits::kTextBytesMax);
    handed_on += part.post.texts.size();
    if (handed_on == 200) break;
    EXPECT_THAT(part.post.texts, SizeIs(16));
  }
}

TEST_F(PaceTest, lets_time_pass_between_parts) {
  open();
  const auto begun = steady_clock::now();
  post({1}, texts(4, limits::kTextBytesMax), {1});
  for (int i = 0; i < 4; ++i) (void)recorder_.next<command::Post>();
  EXPECT_GE(steady_clock::now() - begun, std::chrono::milliseconds(60));
}

TEST_F(PaceTest, lets_time_pass_between_short_posts_that_are_as_much_together) {
  open();
  const auto begun = steady_clock::now();
  for (std::uint64_t i = 0; i < 16; ++i) post({1 + i}, texts(1, limits::kTextBytesMax / 4), {1 + i});
  for (int i = 0; i < 16; ++i) EXPECT_EQ(recorder_.next<command::Post>().whole, nullptr);
  EXPECT_GE(steady_clock::now() - begun, std::chrono::milliseconds(60));
}

TEST_F(PaceTest, hands_each_part_on_before_it_waits) {
  open();
  constexpr std::size_t kParts = 8;
  std::uint64_t posted = 0;
  // On a busy machine who looks may come when all is there already: so he looks again.
  const bool came_one_by_one = eventually([&] {
    ++posted;
    post({posted * kParts}, texts(kParts, limits::kTextBytesMax), {posted});
    std::vector<Command> first;
    recorder_.mailbox.drain(first);
    auto taken = first.size();
    for (std::vector<Command> more; taken < kParts; taken += more.size()) recorder_.mailbox.drain(more);
    return first.size() < kParts;
  });
  EXPECT_TRUE(came_one_by_one);
}

TEST_F(PaceTest, counts_nothing_as_waiting_that_was_handed_on) {
  tools_.waiting_max.bytes = 64 * 1024;
  open();
  const auto request = [](Counter counter, std::size_t count) {
    return RequestFrame{kDesk,
                        frame(request::Post{"lobby", {7}, counter, texts(count, 8000)}, {counter.value})};
  };
  std::vector<RequestFrame> both{request({1}, 5), request({6}, 2)};
  ASSERT_EQ(session_->deliver(both).count, 2U);
  for (int part = 0; part < 3; ++part) (void)recorder_.next<command::Post>();
  std::vector<RequestFrame> more{request({8}, 5)};
  EXPECT_EQ(session_->deliver(more).count, 1U) << "40 KB of the first two requests are stored";
}

TEST_F(PaceTest, hands_all_on_at_once_where_anybody_may_post_as_much_as_he_likes) {
  tools_.per_identity.messages = 0;
  open();
  post({1}, texts(200, 1000), {1});
  const auto whole = recorder_.next<command::Post>();
  EXPECT_EQ(whole.whole, nullptr);
  EXPECT_THAT(whole.post.texts, SizeIs(200));
}

TEST_F(PaceTest, hands_on_all_of_a_post_before_it_ends) {
  open();
  post({1}, texts(200, 1000), {1});
  session_->finish();
  Counter next{1};
  while (next <= Counter{200}) {
    const auto part = recorder_.next<command::Post>();
    EXPECT_EQ(part.post.counter, next);
    next = next.plus(part.post.texts.size());
  }
  EXPECT_EQ(next, Counter{201});
}

}  // namespace
}  // namespace palabre::broker
