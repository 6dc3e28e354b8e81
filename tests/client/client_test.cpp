#include "client/client.hpp"

#include <gtest/gtest.h>

namespace palabre {
namespace {

using namespace std::chrono_literals;

/// Nothing ever listens on TCP port 1 of this machine.
ClientOptions nowhere() {
  return {.server = "tcp://127.0.0.1:1", .name = "alice", .token = std::string(32, 't')};
}

TEST(Client, says_unreachable_when_nobody_answers) {
  Client client(nowhere());
  const auto answer = client.connect(200ms);
  ASSERT_TRUE(std::holds_alternative<Problem>(answer));
  EXPECT_EQ(std::get<Problem>(answer).kind, ProblemKind::unreachable);
  EXPECT_NE(std::get<Problem>(answer).text.find("127.0.0.1:1"), std::string::npos);
}

TEST(Client, says_unreachable_for_calls_too_while_it_is_not_connected) {
  Client client(nowhere());
  const auto answer = client.rooms(50ms);
  ASSERT_TRUE(std::holds_alternative<Problem>(answer));
  EXPECT_EQ(std::get<Problem>(answer).kind, ProblemKind::unreachable);
}

TEST(Client, explains_an_address_that_is_none) {
  Client client({.server = "udp://nowhere", .name = "alice", .token = ""});
  const auto answer = client.connect(10s);
  ASSERT_TRUE(std::holds_alternative<Problem>(answer));
  EXPECT_NE(std::get<Problem>(answer).text.find("udp://nowhere"), std::string::npos);
}

TEST(Client, refuses_at_once_what_no_broker_would_take) {
  Client client(nowhere());
  EXPECT_EQ(client.post("Lobby", "text").refusal().code, RefusalCode::bad_room);
  EXPECT_EQ(client.post("lobby", "").refusal().code, RefusalCode::bad_text);
  EXPECT_EQ(client.post("lobby", std::string(limits::kTextBytesMax + 1, 'x')).refusal().code,
            RefusalCode::too_long);
  EXPECT_EQ(client.unacknowledged(), 0U);
}

TEST(Client, numbers_posts_from_one_and_counts_those_without_an_answer) {
  Client client(nowhere());
  EXPECT_EQ(client.post("lobby", "a").value(), Counter{1});
  EXPECT_EQ(client.post("tea", "b").value(), Counter{2});
  EXPECT_EQ(client.unacknowledged(), 2U);
}

TEST(Client, bounds_the_posts_that_wait_for_an_answer) {
  Client client(nowhere());
  for (int i = 0; i < 16384; ++i) ASSERT_TRUE(client.post("lobby", "x"));
  const auto one_more = client.post("lobby", "x");
  ASSERT_FALSE(one_more);
  EXPECT_EQ(one_more.refusal().code, RefusalCode::busy);
  EXPECT_TRUE(one_more.refusal().retry_after_ms);
}

TEST(Client, does_not_follow_without_a_feed) {
  auto options = nowhere();
  options.wants_feed = false;
  Client client(options);
  const auto answer = client.follow("lobby", std::nullopt, 10s);
  ASSERT_TRUE(std::holds_alternative<Problem>(answer));
  EXPECT_EQ(std::get<Problem>(answer).refusal.code, RefusalCode::not_allowed);
}

TEST(Client, tells_first_that_it_is_connecting) {
  Client client(nowhere());
  const auto event = client.next_event(10s);
  ASSERT_TRUE(event && std::holds_alternative<event::Link>(*event));
  EXPECT_EQ(std::get<event::Link>(*event).state, event::LinkState::connecting);
}

TEST(Client, waits_for_an_event_no_longer_than_asked) {
  Client client(nowhere());
  static_cast<void>(client.next_event(10s));
  EXPECT_FALSE(client.next_event(20ms));
}

}  // namespace
}  // namespace palabre
