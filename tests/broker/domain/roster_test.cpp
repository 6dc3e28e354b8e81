#include "broker/domain/roster.hpp"

#include <gmock/gmock.h>

#include "tests/support/people.hpp"

namespace palabre::broker {
namespace {

using testing::ElementsAre;

TEST(Roster, numbers_identities_from_one) {
  Roster roster;
  EXPECT_EQ(roster.add("alice", {"a"}), ClientNumber{1});
  EXPECT_EQ(roster.add("bob", {"b"}), ClientNumber{2});
  EXPECT_EQ(roster.find("bob"), ClientNumber{2});
  EXPECT_EQ(roster.at({2}).name, "bob");
  EXPECT_EQ(roster.at({2}).proof.token, "b");
}

TEST(Roster, finds_no_number_behind_a_free_name) {
  const Roster roster;
  EXPECT_EQ(roster.find("alice"), ClientNumber{0});
}

TEST(Roster, says_which_connection_is_the_first_and_which_the_last) {
  Roster roster;
  const auto alice = roster.add("alice", {"a"});
  EXPECT_FALSE(roster.at(alice).is_online());
  EXPECT_TRUE(roster.connect(alice, kDesk));
  EXPECT_FALSE(roster.connect(alice, kPhone));
  EXPECT_THAT(roster.at(alice).connections, ElementsAre(kDesk, kPhone));
  EXPECT_FALSE(roster.disconnect(alice, kDesk));
  EXPECT_TRUE(roster.at(alice).is_online());
  EXPECT_TRUE(roster.disconnect(alice, kPhone));
  EXPECT_FALSE(roster.at(alice).is_online());
}

TEST(Roster, counts_a_connection_once) {
  Roster roster;
  const auto alice = roster.add("alice", {"a"});
  EXPECT_TRUE(roster.connect(alice, kDesk));
  EXPECT_FALSE(roster.connect(alice, kDesk));
  EXPECT_TRUE(roster.disconnect(alice, kDesk));
}

TEST(Roster, knows_whose_a_connection_is) {
  Roster roster;
  const auto alice = roster.add("alice", {"a"});
  const auto bob = roster.add("bob", {"b"});
  roster.connect(bob, kDesk);
  EXPECT_EQ(roster.owner_of(kDesk), bob);
  EXPECT_TRUE(roster.is_connected(bob, kDesk));
  EXPECT_FALSE(roster.is_connected(alice, kDesk));
  EXPECT_EQ(roster.owner_of(kPhone), ClientNumber{0});
  roster.disconnect(bob, kDesk);
  EXPECT_EQ(roster.owner_of(kDesk), ClientNumber{0});
}

}  // namespace
}  // namespace palabre::broker
