#include "broker/threads/mailbox.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "tests/broker/threads/text_mailbox.hpp"
#include "tests/support/collected.hpp"

namespace palabre::broker {
namespace {

using std::chrono::steady_clock;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Mailbox, hands_over_everything_that_waits_in_order) {
  Mailbox<int> mailbox(8);
  for (const int item : {1, 2, 3}) EXPECT_EQ(mailbox.try_push(item), Push::taken);
  std::vector<int> items{99};
  EXPECT_TRUE(mailbox.drain(items));
  EXPECT_THAT(items, ElementsAre(1, 2, 3));
}

TEST(Mailbox, says_full_at_its_bound) {
  Mailbox<int> mailbox(2);
  EXPECT_EQ(mailbox.try_push(1), Push::taken);
  EXPECT_EQ(mailbox.try_push(2), Push::taken);
  EXPECT_EQ(mailbox.try_push(3), Push::full);
  std::vector<int> items;
  mailbox.drain(items);
  EXPECT_THAT(items, ElementsAre(1, 2));
  EXPECT_EQ(mailbox.try_push(4), Push::taken);
}

TEST(Mailbox, takes_control_messages_beyond_its_bound) {
  Mailbox<int> mailbox(1);
  EXPECT_EQ(mailbox.try_push(1), Push::taken);
  EXPECT_EQ(mailbox.push_control(2), Push::taken);
  std::vector<int> items;
  mailbox.drain(items);
  EXPECT_THAT(items, ElementsAre(1, 2));
}

TEST(Mailbox, ends_only_after_what_was_taken_is_drained) {
  Mailbox<int> mailbox(4);
  mailbox.try_push(1);
  mailbox.close();
  std::vector<int> items;
  EXPECT_TRUE(mailbox.drain(items));
  EXPECT_THAT(items, ElementsAre(1));
  EXPECT_FALSE(mailbox.drain(items));
  EXPECT_THAT(items, IsEmpty());
}

TEST(Mailbox, has_its_owner_wait_until_then_or_until_it_is_closed) {
  Mailbox<int> mailbox(4);
  mailbox.try_push(1);
  const auto soon = steady_clock::now() + std::chrono::milliseconds(20);
  mailbox.wait_until(soon);
  EXPECT_GE(steady_clock::now(), soon) << "whatever comes";
  std::thread closing([&mailbox] { mailbox.close(); });
  mailbox.wait_until(steady_clock::now() + std::chrono::hours(1));
  closing.join();
}

TEST(Mailbox, takes_nothing_once_closed) {
  Mailbox<int> mailbox(4);
  mailbox.close();
  EXPECT_EQ(mailbox.try_push(1), Push::closed);
  EXPECT_EQ(mailbox.push(1), Push::closed);
  EXPECT_EQ(mailbox.push_control(1), Push::closed);
}

TEST(Mailbox, lets_a_push_wait_for_space) {
  Mailbox<int> mailbox(1);
  mailbox.try_push(1);
  Collected<Push> pushed;
  const std::jthread producer([&] {
    pushed.add(mailbox.push(2));
    mailbox.close();
  });
  std::vector<int> all;
  std::vector<int> items;
  while (mailbox.drain(items)) {
    EXPECT_LE(items.size(), 1U) << "more than the bound waited";
    all.insert(all.end(), items.begin(), items.end());
  }
  EXPECT_THAT(all, ElementsAre(1, 2));
  EXPECT_THAT(pushed.all(), ElementsAre(Push::taken));
}

TEST(Mailbox, wakes_a_waiting_push_when_it_closes) {
  Mailbox<int> mailbox(1);
  mailbox.try_push(1);
  Collected<Push> pushed;
  const std::jthread producer([&] { pushed.add(mailbox.push(2)); });
  mailbox.close();
  EXPECT_THAT(pushed.wait_for(1), ElementsAre(Push::closed));
}

TEST(Mailbox, wakes_its_owner_when_it_closes) {
  Mailbox<int> mailbox(1);
  Collected<bool> drained;
  const std::jthread owner([&] {
    std::vector<int> items;
    drained.add(mailbox.drain(items));
  });
  mailbox.close();
  EXPECT_THAT(drained.wait_for(1), ElementsAre(false));
}

TEST(Mailbox, gives_its_owner_back_the_thread_at_the_deadline) {
  Mailbox<int> mailbox(1);
  std::vector<int> items{99};
  const auto deadline = steady_clock::now() + std::chrono::milliseconds(20);
  EXPECT_TRUE(mailbox.drain_until(items, deadline));
  EXPECT_GE(steady_clock::now(), deadline);
  EXPECT_THAT(items, IsEmpty());
}

TEST(Mailbox, does_not_wait_for_the_deadline_when_something_is_there) {
  Mailbox<int> mailbox(1);
  mailbox.try_push(1);
  std::vector<int> items;
  EXPECT_TRUE(mailbox.drain_until(items, steady_clock::now() + std::chrono::hours(1)));
  EXPECT_THAT(items, ElementsAre(1));
  mailbox.close();
  EXPECT_FALSE(mailbox.drain_until(items, steady_clock::now() + std::chrono::hours(1)));
}

TEST(Mailbox, takes_what_can_only_be_moved) {
  Mailbox<std::unique_ptr<int>> mailbox(1);
  mailbox.push(std::make_unique<int>(7));
  std::vector<std::unique_ptr<int>> items;
  mailbox.drain(items);
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(*items.front(), 7);
}

TEST(Mailbox, counts_a_long_item_as_the_places_it_needs) {
  TextMailbox mailbox(4);
  EXPECT_EQ(mailbox.try_push(std::string(2 * kPlaceBytes, 'x')), Push::taken);
  EXPECT_EQ(mailbox.try_push("short"), Push::taken);
  EXPECT_EQ(mailbox.try_push(""), Push::full);
  std::vector<std::string> items;
  mailbox.drain(items);
  for (int item = 0; item < 4; ++item) EXPECT_EQ(mailbox.try_push(""), Push::taken) << item;
  EXPECT_EQ(mailbox.try_push(""), Push::full);
}

TEST(Mailbox, takes_an_item_that_is_longer_than_all_its_places_when_it_is_not_full) {
  TextMailbox mailbox(2);
  EXPECT_EQ(mailbox.push(std::string(100 * kPlaceBytes, 'x')), Push::taken);
  EXPECT_EQ(mailbox.try_push(""), Push::full);
  EXPECT_EQ(mailbox.push_control("control"), Push::taken);
}

TEST(Mailbox, holds_no_more_bytes_than_its_places_and_one_longest_item) {
  constexpr std::size_t kPlaces = 32;
  constexpr std::size_t kLongest = 100'000;
  for (std::size_t length = 1; length <= kLongest; length += 997) {
    TextMailbox mailbox(kPlaces);
    std::vector<std::string> group(2 * kPlaces, std::string(length, 'x'));
    const auto bytes = mailbox.try_push_all(group).count * length;
    EXPECT_LE(bytes, kPlaces * kPlaceBytes + kLongest) << length;
  }
}

}  // namespace
}  // namespace palabre::broker
