#include "broker/session/session.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "broker/session/token_hash.hpp"
#include "tests/broker/session/session_fixture.hpp"

namespace palabre::broker {
namespace {

using testing::Each;
using testing::SizeIs;

class OneSession : public SessionTest {
 protected:
  using SessionTest::SessionTest;

  void hear(const Request& request, RequestId id = {1}) {
    EXPECT_EQ(deliver(*session_, kDesk, frame(request, id)), Push::taken);
  }
  static void expect_from_alice(const Origin& origin, RequestId request) {
    EXPECT_EQ(origin.client, kAlice);
    EXPECT_EQ(origin.connection, kDesk);
    EXPECT_EQ(origin.request, request);
  }

  std::optional<Session> session_{std::in_place, kAlice, tools_};
};

TEST_F(OneSession, has_a_thread_of_its_clients_number) {
  EXPECT_TRUE(eventually([] { return threads_named("session-1") == 1; }));
  session_.reset();
  EXPECT_EQ(threads_named("session-1"), 0U);
}

TEST_F(OneSession, has_a_post_decided_under_its_own_client_number) {
  hear(request::Post{"tea", {7}, {3}, {"one", "two"}}, {5});
  const auto post = recorder_.next<command::Post>();
  expect_from_alice(post.origin, {5});
  EXPECT_EQ(post.post.room, "tea");
  EXPECT_EQ(post.post.outbox, OutboxId{7});
  EXPECT_EQ(post.post.counter, Counter{3});
  EXPECT_THAT(post.post.texts, testing::ElementsAre("one", "two"));
}

TEST_F(OneSession, has_joins_and_leaves_decided) {
  hear(request::Join{"tea"}, {6});
  hear(request::Leave{"wine"}, {7});
  const auto join = recorder_.next<command::Join>();
  expect_from_alice(join.origin, {6});
  EXPECT_EQ(join.room, "tea");
  const auto leave = recorder_.next<command::Leave>();
  expect_from_alice(leave.origin, {7});
  EXPECT_EQ(leave.room, "wine");
}

TEST_F(OneSession, has_a_repeated_hello_decided_with_the_tokens_hash) {
  hear(request::Hello{1, "alice", kToken}, {8});
  const auto admit = recorder_.next<command::Admit>();
  EXPECT_EQ(admit.connection, kDesk);
  EXPECT_EQ(admit.request, RequestId{8});
  EXPECT_EQ(admit.name, "alice");
  EXPECT_EQ(admit.token, hash_token(kToken));
}

TEST_F(OneSession, takes_of_a_group_what_its_bytes_allow_and_the_rest_later) {
  const auto bytes_max = tools_.waiting_max.bytes;
  const auto group = [&] { return std::vector<RequestFrame>(6, {kDesk, Bytes(bytes_max / 4, 'x')}); };
  auto requests = group();
  const auto [count, rest] = session_->deliver(requests);
  EXPECT_EQ(count, 4U);
  EXPECT_EQ(rest, Push::full);
  EXPECT_THAT(std::span(requests).subspan(4),
              Each(testing::Field(&RequestFrame::bytes, SizeIs(bytes_max / 4))));
  EXPECT_TRUE(eventually([&] { return session_->deliver(requests = group()).count == 4; }));
}

TEST_F(OneSession, takes_one_request_however_long) {
  RequestFrame request{kDesk, Bytes(2 * tools_.waiting_max.bytes, 'x')};
  EXPECT_EQ(session_->deliver({&request, 1}).rest, Push::taken);
}

TEST_F(OneSession, has_a_goodbye_and_a_vanishing_decided) {
  hear(request::Goodbye{}, {9});
  session_->vanished(kDesk);
  expect_from_alice(recorder_.next<command::Depart>().origin, {9});
  expect_from_alice(recorder_.next<command::Depart>().origin, {});
}

TEST_F(OneSession, answers_what_is_known_itself_and_in_order) {
  hear(request::Ping{}, {1});
  hear(request::Heads{}, {2});
  hear(request::Rooms{}, {3});
  hear(request::Who{}, {4});
  const auto sent = replies_.wait_for(4);
  ASSERT_THAT(sent, SizeIs(4));
  for (std::size_t i = 0; i < sent.size(); ++i) {
    EXPECT_EQ(sent[i].connection, kDesk);
    EXPECT_EQ(sent[i].request, RequestId{i + 1});
  }
  EXPECT_NO_THROW((void)sent[0].as<reply::Pong>());
  EXPECT_NO_THROW((void)sent[1].as<reply::Heads>());
  EXPECT_NO_THROW((void)sent[2].as<reply::Rooms>());
  EXPECT_NO_THROW((void)sent[3].as<reply::Who>());
}

TEST_F(OneSession, has_stored_messages_read) {
  hear(request::History{"lobby", Sequence{1}, {}, 10}, {5});
  hear(request::Row{kBob, {1}, 10}, {6});
  EXPECT_NO_THROW((void)replies_.reply_to(5).as<reply::Page>());
  EXPECT_NO_THROW((void)replies_.reply_to(6).as<reply::Row>());
  EXPECT_EQ(replies_.reply_to(5).connection, kDesk);
}

TEST_F(OneSession, refuses_to_read_when_the_broker_ends) {
  reading_.finish();
  hear(request::Row{kBob, {1}, 10}, {6});
  EXPECT_EQ(replies_.reply_to(6).refusal(), RefusalCode::stopping);
}

TEST_F(OneSession, refuses_what_it_cannot_read_under_the_requests_number) {
  // {"type": "join", "request": 77}: the room is missing.
  deliver(*session_, kDesk, std::string("\x82\xa4type\xa4join\xa7request\x4d", 20));
  deliver(*session_, kDesk, "no msgpack map");
  EXPECT_EQ(replies_.reply_to(77).refusal(), RefusalCode::malformed);
  EXPECT_EQ(replies_.reply_to(77).connection, kDesk);
  EXPECT_EQ(replies_.reply_to(0).refusal(), RefusalCode::malformed);
}

TEST_F(OneSession, has_a_group_decided_in_its_order) {
  std::vector<RequestFrame> requests;
  for (std::uint64_t id = 1; id <= 5; ++id) {
    requests.push_back({id % 2 == 0 ? kDesk : kPhone, frame(request::Join{"tea"}, {id})});
  }
  const auto delivered = session_->deliver(requests);
  EXPECT_EQ(delivered.count, 5U);
  EXPECT_EQ(delivered.rest, Push::taken);
  for (std::uint64_t id = 1; id <= 5; ++id) {
    const auto join = recorder_.next<command::Join>();
    EXPECT_EQ(join.origin.request, RequestId{id});
    EXPECT_EQ(join.origin.connection, id % 2 == 0 ? kDesk : kPhone);
  }
}

TEST_F(OneSession, takes_of_a_group_what_has_space_and_leaves_the_rest_whole) {
  const auto request = frame(request::Ping{});
  std::vector<RequestFrame> requests(200, {kDesk, request});
  const auto delivered = session_->deliver(requests);
  EXPECT_EQ(delivered.count, 64U);
  EXPECT_EQ(delivered.rest, Push::full);
  EXPECT_EQ(requests.back().bytes, request) << "the router reads from it which request it refuses";
  session_->finish();
  EXPECT_THAT(replies_.all(), SizeIs(64));
}

TEST_F(OneSession, answers_each_connection_where_it_asked) {
  deliver(*session_, kPhone, frame(request::Ping{}, {1}));
  deliver(*session_, kDesk, frame(request::Ping{}, {2}));
  EXPECT_EQ(replies_.reply_to(1).connection, kPhone);
  EXPECT_EQ(replies_.reply_to(2).connection, kDesk);
}

TEST_F(OneSession, answers_what_it_took_before_it_ends) {
  for (std::uint64_t id = 1; id <= 50; ++id) hear(request::Ping{}, {id});
  session_->finish();
  EXPECT_THAT(replies_.all(), SizeIs(50));
  EXPECT_EQ(deliver(*session_, kDesk, frame(request::Ping{})), Push::closed);
}

/// A session whose recorder is far behind: one command waits, one frame may.
class StuckSession : public OneSession {
 protected:
  StuckSession() : OneSession(1, 1) {
    hear(request::Join{"first"});
    // Once the second is taken out of the mailbox, the session waits with it for the recorder.
    while (deliver(*session_, kDesk, frame(request::Join{"second"})) == Push::full) std::this_thread::yield();
    EXPECT_TRUE(eventually(
        [this] { return deliver(*session_, kDesk, frame(request::Join{"third"})) == Push::taken; }));
  }
};

TEST_F(StuckSession, is_full_while_the_recorder_is_behind) {
  EXPECT_EQ(deliver(*session_, kDesk, frame(request::Join{"fourth"})), Push::full);
  EXPECT_EQ(recorder_.next<command::Join>().room, "first");
  EXPECT_EQ(recorder_.next<command::Join>().room, "second");
  EXPECT_EQ(recorder_.next<command::Join>().room, "third");
}

TEST_F(StuckSession, hears_of_a_vanished_connection_however_full_it_is) {
  session_->vanished(kDesk);
  for (int i = 0; i < 3; ++i) (void)recorder_.next<command::Join>();
  EXPECT_EQ(recorder_.next<command::Depart>().origin.connection, kDesk);
}

/// A session that waits for its recorder, with a read behind that.
class BusySession : public OneSession {
 protected:
  BusySession() : OneSession(4, 1) {
    hear(request::Join{"first"});
    hear(request::Join{"second"});
    hear(request::Ping{}, {9});
    hear(request::History{"lobby", Sequence{1}, {}, 10}, {10});
  }
};

TEST_F(BusySession, does_not_read_for_who_has_left) {
  std::jthread greeter([this] { session_->finish_departed(); });
  ASSERT_TRUE(
      eventually([this] { return deliver(*session_, kDesk, frame(request::Ping{})) == Push::closed; }));
  for (int i = 0; i < 2; ++i) (void)recorder_.next<command::Join>();
  greeter.join();
  EXPECT_EQ(replies_.reply_to(9).refusal(), RefusalCode::hello_first);
  EXPECT_EQ(replies_.reply_to(10).refusal(), RefusalCode::hello_first);
}

TEST_F(OneSession, puts_off_what_takes_memory_while_there_is_too_little) {
  resident_ = 2000;
  memory_.look();
  hear(request::Post{"lobby", {7}, {1}, {"one"}}, {1});
  hear(request::History{"lobby", Sequence{1}, {}, 10}, {2});
  hear(request::Ping{}, {3});
  hear(request::Leave{"tea"}, {4});
  for (const std::uint64_t id : {1U, 2U}) {
    const auto refusal = replies_.reply_to(id).as<Refusal>();
    EXPECT_EQ(refusal.code, RefusalCode::busy);
    EXPECT_EQ(refusal.retry_after_ms, 1000U);
  }
  (void)replies_.reply_to(3).as<reply::Pong>();
  EXPECT_NO_THROW((void)recorder_.next<command::Leave>()) << "and no post before it";
}

TEST_F(OneSession, takes_posts_again_when_there_is_enough_memory) {
  for (const std::uint64_t bytes : {2000U, 500U}) {
    resident_ = bytes;
    memory_.look();
  }
  hear(request::Post{"lobby", {7}, {1}, {"one"}}, {2});
  EXPECT_EQ(recorder_.next<command::Post>().origin.request, RequestId{2});
}

TEST(TokenHash, is_blake2b_256) {
  // BLAKE2b-256 of "abc", as other implementations compute it.
  const std::string expected =
      "\xbd\xdd\x81\x3c\x63\x42\x39\x72\x31\x71\xef\x3f\xee\x98\x57\x9b"
      "\x94\x96\x4e\x3b\xb1\xcb\x3e\x42\x72\x62\xc8\xc0\x68\xd5\x23\x19";
  EXPECT_EQ(hash_token("abc"), expected);
}

}  // namespace
}  // namespace palabre::broker
