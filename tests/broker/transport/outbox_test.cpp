#include "broker/transport/outbox.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <thread>

#include "broker/threads/mailbox.hpp"
#include "tests/support/people.hpp"

namespace palabre::broker {
namespace {

bool is_rung(const Outbox& outbox) {
  pollfd waiting{outbox.wake_up().descriptor(), POLLIN, 0};
  return ::poll(&waiting, 1, 0) == 1;
}

std::vector<Outbox::Item> take(Outbox& outbox) {
  std::vector<Outbox::Item> items;
  outbox.take(items);
  return items;
}

TEST(Outbox, hands_over_replies_and_bindings_in_one_order) {
  Outbox outbox(8);
  outbox.bind(kDesk, kAlice);
  outbox.send(kDesk, "welcome");
  outbox.unbind(kDesk);
  const auto items = take(outbox);
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(std::get<Outbox::Binding>(items[0]).client, kAlice);
  EXPECT_EQ(std::get<Outgoing>(items[1]).frame, "welcome");
  EXPECT_EQ(std::get<Outgoing>(items[1]).connection, kDesk);
  EXPECT_EQ(std::get<Outbox::Binding>(items[2]).client, ClientNumber{0});
  EXPECT_TRUE(take(outbox).empty());
}

TEST(Outbox, drops_replies_at_its_bound_but_never_a_binding) {
  Outbox outbox(2);
  outbox.send(kDesk, "one");
  outbox.send(kDesk, "two");
  outbox.send(kDesk, "dropped");
  outbox.bind(kDesk, kAlice);
  const auto items = take(outbox);
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(std::get<Outgoing>(items[1]).frame, "two");
  EXPECT_TRUE(std::holds_alternative<Outbox::Binding>(items[2]));
  outbox.send(kDesk, "three");
  EXPECT_EQ(take(outbox).size(), 1U) << "what was taken makes space";
}

TEST(Outbox, takes_many_at_once_in_order_and_up_to_its_bound) {
  Outbox outbox(3);
  outbox.send(kDesk, "one");
  std::vector<Outgoing> replies{{kDesk, "two"}, {kDesk, "three"}, {kDesk, "dropped"}};
  outbox.send_all(replies);
  EXPECT_TRUE(replies.empty());
  const auto items = take(outbox);
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(std::get<Outgoing>(items[1]).frame, "two");
  EXPECT_EQ(std::get<Outgoing>(items[2]).frame, "three");
}

TEST(Outbox, counts_long_replies_as_the_places_they_need) {
  Outbox outbox(4);
  const std::string page(2 * kPlaceBytes, 'x');
  outbox.send(kDesk, page);
  std::vector<Outgoing> replies{{kDesk, page}, {kDesk, "dropped"}};
  outbox.send_all(replies);
  outbox.send(kDesk, "dropped");
  outbox.bind(kDesk, kAlice);
  EXPECT_EQ(take(outbox).size(), 3U) << "one that is begun is taken whole, and bindings always are";
  for (int reply = 0; reply < 5; ++reply) outbox.send(kDesk, "short");
  EXPECT_EQ(take(outbox).size(), 4U);
  for (const auto* reply : {page.c_str(), "short", "dropped"}) outbox.send(kDesk, reply);
  EXPECT_EQ(take(outbox).size(), 2U);
}

TEST(Outbox, rings_once_for_many_and_not_for_none) {
  Outbox outbox(8);
  std::vector<Outgoing> replies;
  outbox.send_all(replies);
  EXPECT_FALSE(is_rung(outbox));
  replies = {{kDesk, "one"}, {kDesk, "two"}};
  outbox.send_all(replies);
  EXPECT_TRUE(is_rung(outbox));
  outbox.wake_up().clear();
  replies = {{kDesk, "three"}};
  outbox.send_all(replies);
  EXPECT_FALSE(is_rung(outbox)) << "the owner knows already";
}

TEST(Outbox, rings_when_it_was_empty_only) {
  Outbox outbox(8);
  EXPECT_FALSE(is_rung(outbox));
  outbox.send(kDesk, "one");
  EXPECT_TRUE(is_rung(outbox));
  outbox.wake_up().clear();
  outbox.send(kDesk, "two");
  EXPECT_FALSE(is_rung(outbox)) << "the owner knows already";
}

TEST(Outbox, is_silent_once_taken_and_rings_again) {
  Outbox outbox(8);
  outbox.send(kDesk, "one");
  take(outbox);
  EXPECT_FALSE(is_rung(outbox));
  outbox.unbind(kDesk);
  EXPECT_TRUE(is_rung(outbox));
}

TEST(Outbox, loses_nothing_between_many_threads_and_its_owner) {
  constexpr std::size_t kThreads = 4;
  constexpr std::size_t kFrames = 5'000;
  Outbox outbox(kThreads * kFrames);
  std::vector<std::jthread> senders;
  for (std::size_t i = 0; i < kThreads; ++i) {
    senders.emplace_back([&outbox] {
      for (std::size_t frame = 0; frame < kFrames; ++frame) outbox.send(kDesk, "frame");
    });
  }
  std::size_t taken = 0;
  while (taken < kThreads * kFrames) {
    pollfd waiting{outbox.wake_up().descriptor(), POLLIN, 0};
    ASSERT_EQ(::poll(&waiting, 1, 10'000), 1) << "something waits, and nobody rang";
    taken += take(outbox).size();
  }
}

}  // namespace
}  // namespace palabre::broker
