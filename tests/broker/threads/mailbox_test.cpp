#include "broker/threads/mailbox.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <map>
#include <numeric>
#include <string>
#include <thread>
#include <utility>

#include "tests/support/collected.hpp"

namespace palabre::broker {
namespace {

using std::chrono::steady_clock;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

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

TEST(Mailbox, takes_as_much_of_a_group_as_has_space) {
  Mailbox<int> mailbox(4);
  mailbox.try_push(1);
  std::vector<int> group{2, 3, 4, 5, 6};
  const auto pushed = mailbox.try_push_all(group);
  EXPECT_EQ(pushed.count, 3U);
  EXPECT_EQ(pushed.rest, Push::full);
  std::vector<int> items;
  mailbox.drain(items);
  EXPECT_THAT(items, ElementsAre(1, 2, 3, 4));
  const auto whole = mailbox.try_push_all(group = {7, 8});
  EXPECT_EQ(whole.count, 2U);
  EXPECT_EQ(whole.rest, Push::taken);
}

TEST(Mailbox, takes_no_group_once_closed) {
  Mailbox<int> mailbox(4);
  mailbox.close();
  std::vector<int> group{1, 2};
  const auto pushed = mailbox.try_push_all(group);
  EXPECT_EQ(pushed.count, 0U);
  EXPECT_EQ(pushed.rest, Push::closed);
  Mailbox<int>::Share share;
  EXPECT_EQ(mailbox.push_all(group, share), Push::closed);
}

TEST(Mailbox, lets_a_group_wait_for_space_part_by_part) {
  Mailbox<int> mailbox(2);
  Collected<Push> pushed;
  const std::jthread producer([&] {
    std::vector<int> group{1, 2, 3, 4, 5};
    Mailbox<int>::Share share;
    pushed.add(mailbox.push_all(group, share));
    EXPECT_THAT(group, IsEmpty());
    mailbox.close();
  });
  std::vector<int> all;
  std::vector<int> items;
  while (mailbox.drain(items)) {
    EXPECT_LE(items.size(), 2U) << "more than the bound waited";
    all.insert(all.end(), items.begin(), items.end());
  }
  EXPECT_THAT(all, ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(pushed.all(), ElementsAre(Push::taken));
}

TEST(Mailbox, wakes_a_group_that_waits_when_it_closes) {
  Mailbox<int> mailbox(1);
  Collected<Push> pushed;
  const std::jthread producer([&] {
    std::vector<int> group{1, 2, 3};
    Mailbox<int>::Share share;
    pushed.add(mailbox.push_all(group, share));
  });
  mailbox.close();
  EXPECT_THAT(pushed.wait_for(1), ElementsAre(Push::closed));
}

struct LengthOf {
  std::size_t operator()(const std::string& text) const { return text.size(); }
};
using TextMailbox = Mailbox<std::string, LengthOf>;

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

TEST(Mailbox, has_a_group_of_long_items_wait_until_there_are_places) {
  TextMailbox mailbox(4);
  const std::jthread producer([&] {
    std::vector<std::string> group(10, std::string(3 * kPlaceBytes, 'x'));
    TextMailbox::Share share;
    EXPECT_EQ(mailbox.push_all(group, share), Push::taken);
    mailbox.close();
  });
  std::size_t taken = 0;
  std::vector<std::string> items;
  while (mailbox.drain(items)) {
    EXPECT_LE(items.size(), 1U) << "two take eight places";
    taken += items.size();
  }
  EXPECT_EQ(taken, 10U);
}

TEST(Mailbox, holds_a_share_of_what_one_has_to_push) {
  Mailbox<int> mailbox(2 * kSharesMin);
  const std::jthread producer([&] {
    std::vector<int> group(10);
    std::iota(group.begin(), group.end(), 1);
    Mailbox<int>::Share share;
    EXPECT_EQ(mailbox.push_all(group, share), Push::taken);
    mailbox.close();
  });
  std::vector<int> all;
  std::vector<int> items;
  while (mailbox.drain(items)) {
    EXPECT_LE(items.size(), 2U);
    all.insert(all.end(), items.begin(), items.end());
  }
  EXPECT_THAT(all, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
}

TEST(Mailbox, counts_a_share_from_one_taking_to_the_next) {
  Mailbox<int> mailbox(2 * kSharesMin);
  Mailbox<int>::Share share;
  std::vector<int> group;
  std::vector<int> items;
  for (int round = 0; round < 3; ++round) {
    mailbox.push_all(group = {1}, share);
    mailbox.push_all(group = {2}, share);
    mailbox.drain(items);
    EXPECT_THAT(items, ElementsAre(1, 2));
  }
}

TEST(Mailbox, lets_others_push_while_one_waits_with_more_than_a_share) {
  Mailbox<int> mailbox(kSharesMin);
  Collected<Push> pushed;
  const std::jthread greedy([&] {
    std::vector<int> group{1, 2};
    Mailbox<int>::Share share;
    pushed.add(mailbox.push_all(group, share));
  });
  std::vector<int> group{3};
  Mailbox<int>::Share share;
  EXPECT_EQ(mailbox.push_all(group, share), Push::taken) << "though nothing was taken of the other's";
  std::vector<int> all;
  std::vector<int> items;
  while (all.size() < 3) {
    mailbox.drain(items);
    all.insert(all.end(), items.begin(), items.end());
  }
  EXPECT_THAT(all, UnorderedElementsAre(1, 2, 3));
  EXPECT_THAT(pushed.wait_for(1), ElementsAre(Push::taken));
}

TEST(Mailbox, takes_an_item_that_is_longer_than_a_share_when_no_other_waits) {
  TextMailbox mailbox(kSharesMin);
  TextMailbox::Share share;
  std::vector<std::string> group{std::string(50 * kPlaceBytes, 'x')};
  EXPECT_EQ(mailbox.push_all(group, share), Push::taken);
}

TEST(Mailbox, keeps_the_order_of_groups_and_loses_nothing) {
  constexpr int kProducers = 4;
  constexpr int kItems = 20'000;
  Mailbox<std::pair<int, int>> mailbox(64);
  std::vector<std::jthread> producers;
  for (int producer = 0; producer < kProducers; ++producer) {
    producers.emplace_back([&mailbox, producer] {
      std::vector<std::pair<int, int>> group;
      Mailbox<std::pair<int, int>>::Share share;
      for (int item = 0; item < kItems; ++item) {
        group.emplace_back(producer, item);
        if (item % 100 == 99) mailbox.push_all(group, share);
      }
    });
  }
  std::map<int, int> next;
  std::vector<std::pair<int, int>> items;
  for (int taken = 0; taken < kProducers * kItems; taken += static_cast<int>(items.size())) {
    ASSERT_TRUE(mailbox.drain(items));
    EXPECT_LE(items.size(), 64U);
    for (const auto& [producer, item] : items) EXPECT_EQ(item, next[producer]++) << "of " << producer;
  }
}

TEST(Mailbox, keeps_each_producers_order_and_loses_nothing) {
  constexpr int kProducers = 4;
  constexpr int kItems = 20'000;
  Mailbox<std::pair<int, int>> mailbox(64);
  std::vector<std::jthread> producers;
  for (int producer = 0; producer < kProducers; ++producer) {
    producers.emplace_back([&mailbox, producer] {
      for (int item = 0; item < kItems; ++item) {
        if (item % 2 == 0) {
          mailbox.push({producer, item});
        } else {
          while (mailbox.try_push({producer, item}) == Push::full) std::this_thread::yield();
        }
      }
    });
  }
  std::map<int, int> next;
  std::vector<std::pair<int, int>> items;
  for (int taken = 0; taken < kProducers * kItems; taken += static_cast<int>(items.size())) {
    ASSERT_TRUE(mailbox.drain(items));
    EXPECT_LE(items.size(), 64U);
    for (const auto& [producer, item] : items) EXPECT_EQ(item, next[producer]++) << "of " << producer;
  }
  for (const auto& [producer, count] : next) EXPECT_EQ(count, kItems) << "of " << producer;
}

}  // namespace
}  // namespace palabre::broker
