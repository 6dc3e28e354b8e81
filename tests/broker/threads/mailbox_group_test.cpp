#include <gmock/gmock.h>

#include <map>
#include <numeric>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "broker/threads/mailbox.hpp"
#include "tests/broker/threads/text_mailbox.hpp"
#include "tests/support/collected.hpp"

/// Pushing many at once, and what one may have waiting of all that he has to push.
namespace palabre::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST(MailboxGroup, takes_as_much_of_a_group_as_has_space) {
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

TEST(MailboxGroup, takes_no_group_once_closed) {
  Mailbox<int> mailbox(4);
  mailbox.close();
  std::vector<int> group{1, 2};
  const auto pushed = mailbox.try_push_all(group);
  EXPECT_EQ(pushed.count, 0U);
  EXPECT_EQ(pushed.rest, Push::closed);
  Mailbox<int>::Share share;
  EXPECT_EQ(mailbox.push_all(group, share), Push::closed);
}

TEST(MailboxGroup, lets_a_group_wait_for_space_part_by_part) {
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

TEST(MailboxGroup, wakes_a_group_that_waits_when_it_closes) {
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

TEST(MailboxGroup, has_a_group_of_long_items_wait_until_there_are_places) {
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

TEST(MailboxGroup, holds_a_share_of_what_one_has_to_push) {
  Mailbox<int> mailbox(2 * kSharesOfQueue);
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

TEST(MailboxGroup, counts_a_share_from_one_taking_to_the_next) {
  Mailbox<int> mailbox(2 * kSharesOfQueue);
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

TEST(MailboxGroup, lets_others_push_while_one_waits_with_more_than_a_share) {
  Mailbox<int> mailbox(kSharesOfQueue);
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

TEST(MailboxGroup, takes_an_item_that_is_longer_than_a_share_when_no_other_waits) {
  TextMailbox mailbox(kSharesOfQueue);
  TextMailbox::Share share;
  std::vector<std::string> group{std::string(50 * kPlaceBytes, 'x')};
  EXPECT_EQ(mailbox.push_all(group, share), Push::taken);
}

constexpr int kProducers = 4;
constexpr int kItems = 20'000;
constexpr std::size_t kCapacity = 64;
using NumberedMailbox = Mailbox<std::pair<int, int>>;  ///< whose item it is, and which one

/// Takes kItems of each producer, each in its order and none twice.
void expect_all_in_order(NumberedMailbox& mailbox) {
  std::map<int, int> next;
  std::vector<std::pair<int, int>> items;
  for (int taken = 0; taken < kProducers * kItems; taken += static_cast<int>(items.size())) {
    ASSERT_TRUE(mailbox.drain(items));
    EXPECT_LE(items.size(), kCapacity);
    for (const auto& [producer, item] : items) EXPECT_EQ(item, next[producer]++) << "of " << producer;
  }
  for (const auto& [producer, count] : next) EXPECT_EQ(count, kItems) << "of " << producer;
}

TEST(MailboxGroup, keeps_the_order_of_groups_and_loses_nothing) {
  NumberedMailbox mailbox(kCapacity);
  std::vector<std::jthread> producers;
  for (int producer = 0; producer < kProducers; ++producer) {
    producers.emplace_back([&mailbox, producer] {
      std::vector<std::pair<int, int>> group;
      NumberedMailbox::Share share;
      for (int item = 0; item < kItems; ++item) {
        group.emplace_back(producer, item);
        if (item % 100 == 99) mailbox.push_all(group, share);
      }
    });
  }
  expect_all_in_order(mailbox);
}

TEST(MailboxGroup, keeps_each_producers_order_and_loses_nothing) {
  NumberedMailbox mailbox(kCapacity);
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
  expect_all_in_order(mailbox);
}

}  // namespace
}  // namespace palabre::broker
