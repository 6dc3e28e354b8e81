#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "broker/session/session.hpp"
#include "tests/broker/session/session_fixture.hpp"

namespace palabre::broker {
namespace {

class RateTest : public SessionTest {
 protected:
  RateTest() { tools_.per_identity = {2, 1, 1, {"bob"}}; }

  /// Has `count` texts posted, one POST each, and a LEAVE behind them; answers how many of each were handed
  /// on.
  std::pair<int, int> ask(ClientNumber client, int count) {
    Session session(client, tools_);
    for (int i = 0; i < count; ++i) {
      const auto number = static_cast<std::uint64_t>(i + 1);
      (void)deliver(session, kDesk, frame(request::Post{"lobby", {7}, {number}, texts_of({"x"})}, {number}));
      (void)deliver(session, kDesk, frame(request::Leave{"tea"}, {100 + number}));
    }
    session.finish();
    recorder_.mailbox.close();
    std::vector<Command> handed_on;
    std::vector<Command> some;
    while (recorder_.mailbox.drain(some)) std::ranges::move(some, std::back_inserter(handed_on));
    const auto posts = std::ranges::count_if(
        handed_on, [](const Command& it) { return std::holds_alternative<command::Post>(it); });
    return {static_cast<int>(posts), static_cast<int>(handed_on.size()) - static_cast<int>(posts)};
  }
};

TEST_F(RateTest, refuses_what_is_too_fast_and_says_when_to_try_again) {
  EXPECT_EQ(ask(kAlice, 6), std::pair(4, 2));
  const auto refusal = replies_.reply_to(5).as<Refusal>();
  EXPECT_EQ(refusal.code, RefusalCode::too_fast);
  EXPECT_GT(refusal.retry_after_ms.value(), 0U);
  EXPECT_LE(refusal.retry_after_ms.value(), 500U);
}

TEST_F(RateTest, counts_reads_of_every_kind_together) {
  Session session(kAlice, tools_);
  (void)deliver(session, kDesk, frame(request::Who{}, {1}));
  for (const std::uint64_t id : {2U, 3U})
    (void)deliver(session, kDesk, frame(request::History{"lobby", Sequence{1}, {}, 10}, {id}));
  (void)deliver(session, kDesk, frame(request::Ping{}, {4}));
  EXPECT_EQ(replies_.reply_to(1).refusal(), std::nullopt);
  EXPECT_EQ(replies_.reply_to(2).refusal(), std::nullopt);
  EXPECT_EQ(replies_.reply_to(3).refusal(), RefusalCode::too_fast);
  EXPECT_EQ(replies_.reply_to(4).refusal(), RefusalCode::too_fast);
}

TEST_F(RateTest, counts_a_long_text_as_several) {
  Session session(kAlice, tools_);
  const std::string three(3 * 256 + 254, 'x');
  (void)deliver(session, kDesk, frame(request::Post{"lobby", {7}, {1}, texts_of({three, "y"})}, {1}));
  (void)deliver(session, kDesk, frame(request::Post{"lobby", {7}, {3}, texts_of({"one"})}, {2}));
  (void)deliver(session, kDesk, frame(request::Post{"lobby", {7}, {4}, texts_of({"no"})}, {3}));
  EXPECT_EQ(replies_.reply_to(3).refusal(), RefusalCode::too_fast);
  session.finish();
  recorder_.mailbox.close();
  std::vector<Command> handed_on;
  ASSERT_TRUE(recorder_.mailbox.drain(handed_on));
  EXPECT_EQ(handed_on.size(), 2U) << "four that may pass at once: three and one";
}

TEST_F(RateTest, counts_nothing_behind_what_was_too_fast) {
  tools_.per_identity.messages = 100;
  Session session(kAlice, tools_);
  const auto post = [&](Counter counter, std::size_t count, RequestId id) {
    const auto texts = texts_of(std::vector<std::string>(count, "x"));
    (void)deliver(session, kDesk, frame(request::Post{"lobby", {7}, counter, texts}, id));
  };
  post({1}, 200, {1});
  post({201}, 4, {2});
  const auto refusal = replies_.reply_to(2).as<Refusal>();
  EXPECT_EQ(refusal.code, RefusalCode::too_fast);
  const auto later = std::chrono::steady_clock::now() + std::chrono::milliseconds(*refusal.retry_after_ms);
  ASSERT_TRUE(eventually([&] { return std::chrono::steady_clock::now() > later; }));
  post({205}, 4, {3});
  EXPECT_EQ(replies_.reply_to(3).refusal(), RefusalCode::too_fast) << "the recorder would refuse it";
  post({201}, 4, {4});
  post({205}, 4, {5});
  session.finish();
  recorder_.mailbox.close();
  std::vector<Command> handed_on;
  while (handed_on.size() < 2 && recorder_.mailbox.drain(handed_on)) {
  }
  ASSERT_FALSE(handed_on.empty());
  EXPECT_EQ(std::get<command::Post>(handed_on.back()).origin.request, RequestId{4})
      << "what was due, and no more";
}

TEST_F(RateTest, goes_on_with_who_never_sends_again_what_was_too_fast) {
  tools_.per_identity.messages = 100;
  Session session(kAlice, tools_);
  const auto post = [&](Counter counter, std::size_t count, RequestId id) {
    const auto texts = texts_of(std::vector<std::string>(count, "x"));
    (void)deliver(session, kDesk, frame(request::Post{"lobby", {7}, counter, texts}, id));
  };
  post({1}, 200, {1});
  post({201}, 4, {2});
  ASSERT_EQ(replies_.reply_to(2).refusal(), RefusalCode::too_fast);
  EXPECT_EQ(recorder_.next<command::Post>().origin.request, RequestId{1});
  const auto later = std::chrono::steady_clock::now() + std::chrono::milliseconds(1100);
  ASSERT_TRUE(eventually([&] { return std::chrono::steady_clock::now() > later; }));
  post({205}, 4, {3});
  EXPECT_EQ(recorder_.next<command::Post>().origin.request, RequestId{3});
}

TEST_F(RateTest, lets_who_has_much_to_say_have_what_is_spare) {
  SpareRate spare(1, 2);
  tools_.spare = &spare;
  EXPECT_EQ(ask(kAlice, 8).first, 6);
}

TEST_F(RateTest, lets_bots_have_ten_times_as_much) { EXPECT_EQ(ask(kBob, 6), std::pair(6, 6)); }

TEST_F(RateTest, counts_a_hello_said_again_as_a_change) {
  Session session(kAlice, tools_);
  for (const std::uint64_t id : {1U, 2U, 3U})
    (void)deliver(session, kDesk, frame(request::Hello{1, "alice", kToken}, {id}));
  EXPECT_EQ(replies_.reply_to(3).refusal(), RefusalCode::too_fast);
  EXPECT_TRUE(recorder_.next<command::Admit>().is_said_again);
}

TEST_F(RateTest, counts_farewells_and_what_cannot_be_read_as_reads) {
  Session session(kAlice, tools_);
  (void)deliver(session, kDesk, frame(request::Goodbye{}, {1}));
  (void)deliver(session, kDesk, frame(request::Hello{2, "alice", kToken}, {2}));
  (void)deliver(session, kDesk, frame(request::Hello{2, "alice", kToken}, {3}));
  EXPECT_EQ(replies_.reply_to(2).refusal(), RefusalCode::version);
  EXPECT_EQ(replies_.reply_to(3).refusal(), RefusalCode::too_fast);
}

TEST_F(RateTest, keeps_nobody_from_leaving) {
  Session session(kAlice, tools_);
  for (const std::uint64_t id : {1U, 2U, 3U}) (void)deliver(session, kDesk, frame(request::Ping{}, {id}));
  (void)deliver(session, kDesk, frame(request::Goodbye{}, {4}));
  EXPECT_EQ(replies_.reply_to(3).refusal(), RefusalCode::too_fast);
  EXPECT_EQ(recorder_.next<command::Depart>().origin.request, RequestId{4});
}

}  // namespace
}  // namespace palabre::broker
