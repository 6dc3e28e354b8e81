#include "broker/transport/connections.hpp"

#include <gmock/gmock.h>

#include "tests/support/people.hpp"

namespace palabre::broker {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

/// Moments are seconds since the test began.
class ConnectionsTest : public testing::Test {
 protected:
  ConnectionId hear(std::string_view routing_id, std::string_view user_id, int second = 0) {
    return connections_.heard(routing_id, user_id, at(second), gone_).id;
  }
  static Moment at(int second) { return Moment{} + seconds(second); }
  std::vector<Connections::Connection> silent_since(int second) {
    gone_.clear();
    connections_.forget_silent(at(second), gone_);
    return gone_;
  }
  static std::vector<ConnectionId> ids_of(const std::vector<Connections::Connection>& connections) {
    std::vector<ConnectionId> ids;
    for (const auto& connection : connections) ids.push_back(connection.id);
    return ids;
  }

  Connections connections_;
  std::vector<Connections::Connection> gone_;
};

TEST_F(ConnectionsTest, numbers_connections_from_one_and_knows_them_again) {
  EXPECT_EQ(hear("a", "open/1"), ConnectionId{1});
  EXPECT_EQ(hear("b", "open/2"), ConnectionId{2});
  EXPECT_EQ(hear("a", "open/1"), ConnectionId{1});
  EXPECT_THAT(gone_, IsEmpty());
  EXPECT_EQ(connections_.size(), 2U);
}

TEST_F(ConnectionsTest, takes_another_user_under_a_known_routing_id_for_somebody_else) {
  const auto first = hear("a", "open/1");
  connections_.bind(first, kAlice);
  const auto second = connections_.heard("a", "open/2", at(0), gone_);
  EXPECT_NE(second.id, first);
  EXPECT_EQ(second.client, ClientNumber{0}) << "it must say hello first";
  ASSERT_THAT(gone_, SizeIs(1));
  EXPECT_EQ(gone_[0].id, first);
  EXPECT_EQ(gone_[0].client, kAlice);
  EXPECT_EQ(connections_.routing_id(first), "");
  EXPECT_EQ(connections_.routing_id(second.id), "a");
}

TEST_F(ConnectionsTest, says_whose_a_connection_is_while_it_is_bound) {
  const auto id = hear("a", "open/1");
  const auto owner = [this] { return connections_.heard("a", "open/1", at(0), gone_).client; };
  EXPECT_EQ(owner(), ClientNumber{0});
  EXPECT_TRUE(connections_.bind(id, kAlice));
  EXPECT_EQ(owner(), kAlice);
  connections_.bind(id, {});
  EXPECT_EQ(owner(), ClientNumber{0});
}

TEST_F(ConnectionsTest, binds_nothing_that_is_gone) {
  const auto id = hear("a", "open/1");
  connections_.forget(id, gone_);
  EXPECT_FALSE(connections_.bind(id, kAlice));
  EXPECT_FALSE(connections_.bind({99}, kAlice));
}

TEST_F(ConnectionsTest, forgets_a_connection_as_it_was) {
  const auto id = hear("a", "open/1");
  connections_.bind(id, kAlice);
  connections_.forget(id, gone_);
  ASSERT_THAT(gone_, SizeIs(1));
  EXPECT_EQ(gone_[0].id, id);
  EXPECT_EQ(gone_[0].client, kAlice);
  connections_.forget(id, gone_);
  EXPECT_THAT(gone_, SizeIs(1)) << "it was gone already";
  EXPECT_EQ(connections_.size(), 0U);
}

TEST_F(ConnectionsTest, never_gives_a_number_twice) {
  const auto first = hear("a", "open/1");
  connections_.forget(first, gone_);
  EXPECT_NE(hear("a", "open/1"), first);
}

TEST_F(ConnectionsTest, forgets_who_was_silent_and_nobody_else) {
  const auto silent = hear("a", "open/1", 10);
  const auto late = hear("b", "open/2", 10);
  const auto alive = hear("c", "open/3", 12);
  connections_.bind(late, kAlice);
  hear("b", "open/2", 20);
  EXPECT_THAT(ids_of(silent_since(10)), IsEmpty());
  EXPECT_THAT(ids_of(silent_since(11)), ElementsAre(silent));
  const auto gone = silent_since(21);
  EXPECT_THAT(ids_of(gone), UnorderedElementsAre(late, alive));
  EXPECT_EQ(gone[gone[0].id == late ? 0 : 1].client, kAlice);
  EXPECT_EQ(connections_.size(), 0U);
}

}  // namespace
}  // namespace palabre::broker
