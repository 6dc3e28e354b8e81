#include "broker/domain/directory.hpp"

#include <gmock/gmock.h>

#include <random>

#include "tests/broker/domain/domain_fixture.hpp"
#include "tests/support/people.hpp"

namespace palabre::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<ClientNumber> members(const MemberSet& set) {
  std::vector<ClientNumber> all;
  for (auto member = set.next({}); member; member = set.next(member.next())) all.push_back(member);
  EXPECT_EQ(set.size(), all.size());
  return all;
}

/// Alice and Bob in the lobby, Bob alone in the tea room; nobody is connected.
State used_state() {
  return restore({"0123456789abcdef",
                  {},
                  {{kAlice, "alice", {"a"}, {}}, {kBob, "bob", {"b"}, {}}},
                  {{kLobby, "lobby", {}, {kAlice, kBob}}, {kTea, "tea", {}, {kBob}}}});
}

void expect_same(const Directory& shown, const Directory& made_anew) {
  ASSERT_EQ(shown.clients(), made_anew.clients());
  ASSERT_EQ(shown.rooms(), made_anew.rooms());
  for (ClientNumber client{1}; shown.has(client); client = client.next()) {
    EXPECT_EQ(shown.at(client).name, made_anew.at(client).name);
    EXPECT_EQ(shown.at(client).is_online, made_anew.at(client).is_online) << client.value;
    EXPECT_EQ(shown.at(client).rooms, made_anew.at(client).rooms) << client.value;
  }
  for (RoomNumber room{1}; shown.has(room); room = room.next()) {
    EXPECT_EQ(shown.find_room(kAlice, made_anew.at(room).name), room);
    EXPECT_EQ(members(shown.at(room).members), members(made_anew.at(room).members)) << room.value;
  }
}

class DirectoryTest : public DomainTest {
 protected:
  /// The next picture, after a decision.
  static std::shared_ptr<const Directory> next(const Directory& before, const State& state,
                                               const Outcome& outcome) {
    return before.after(state, outcome.touched);
  }
};

TEST_F(DirectoryTest, pictures_identities_rooms_and_members) {
  state_ = used_state();
  admit("alice", kDesk, "a");
  const auto directory = picture(state_);
  EXPECT_EQ(directory->epoch(), "0123456789abcdef");
  ASSERT_EQ(directory->clients(), 2U);
  EXPECT_EQ(directory->at(kAlice).name, "alice");
  EXPECT_TRUE(directory->at(kAlice).is_online);
  EXPECT_THAT(directory->at(kAlice).rooms, ElementsAre(kLobby));
  EXPECT_FALSE(directory->at(kBob).is_online);
  EXPECT_THAT(directory->at(kBob).rooms, ElementsAre(kLobby, kTea));
  ASSERT_EQ(directory->rooms(), 2U);
  EXPECT_EQ(directory->at(kTea).name, "tea");
  EXPECT_THAT(members(directory->at(kLobby).members), ElementsAre(kAlice, kBob));
}

TEST_F(DirectoryTest, counts_the_rooms_that_the_feed_carries) {
  state_ = used_state();
  admit("alice", {1}, "a");
  join(kAlice, "alice/tea");
  post(kAlice, "@bob", {1}, {"x"});
  const auto before = picture(state_);
  EXPECT_EQ(before->rooms(), 4U);
  EXPECT_EQ(before->open_rooms(), 2U);
  EXPECT_EQ(next(*before, state_, join(kAlice, "cake"))->open_rooms(), 3U);
}

TEST_F(DirectoryTest, does_not_change_with_the_state_it_was_made_of) {
  const auto directory = picture(state_);
  admit("alice", kDesk);
  EXPECT_EQ(directory->clients(), 0U);
}

TEST_F(DirectoryTest, knows_which_numbers_and_names_exist) {
  const auto directory = picture(used_state());
  EXPECT_FALSE(directory->has(ClientNumber{0}));
  EXPECT_TRUE(directory->has(kBob));
  EXPECT_FALSE(directory->has(ClientNumber{3}));
  EXPECT_FALSE(directory->has(RoomNumber{0}));
  EXPECT_TRUE(directory->has(kTea));
  EXPECT_FALSE(directory->has(RoomNumber{3}));
  EXPECT_EQ(directory->find_room(kAlice, "tea"), kTea);
  EXPECT_EQ(directory->find_room(kAlice, "te"), RoomNumber{0});
}

TEST_F(DirectoryTest, shows_what_a_decision_touched_and_keeps_the_picture_before) {
  const auto before = picture(state_);
  const auto came = next(*before, state_, admit("alice", {kAlice.value}));
  const auto joined = next(*came, state_, join(kAlice, "tea"));
  const auto left = next(*joined, state_, leave(kAlice, "tea"));
  EXPECT_EQ(before->clients(), 0U);
  EXPECT_TRUE(came->at(kAlice).is_online);
  EXPECT_EQ(came->find_room(kAlice, "tea"), RoomNumber{0});
  EXPECT_THAT(members(joined->at(kTea).members), ElementsAre(kAlice));
  EXPECT_THAT(joined->at(kAlice).rooms, ElementsAre(kLobby, kTea));
  EXPECT_THAT(members(left->at(kTea).members), IsEmpty());
  EXPECT_THAT(left->at(kAlice).rooms, ElementsAre(kLobby));
  EXPECT_THAT(members(joined->at(kTea).members), ElementsAre(kAlice)) << "others still read this picture";
}

TEST_F(DirectoryTest, is_after_any_decisions_what_a_picture_made_anew_is) {
  constexpr int kBatches = 400;
  std::mt19937 random(4711);
  const auto below = [&random](std::uint32_t bound) { return random() % bound; };
  auto shown = picture(state_);
  for (int batch = 0; batch < kBatches; ++batch) {
    Touched touched;
    for (auto left = 1 + below(4); left > 0; --left) {
      const auto name = "client" + std::to_string(below(300));
      const auto client = state_.roster.find(name);
      const ConnectionId connection{client ? client.value : state_.roster.all().size() + 1};
      const auto room = "room" + std::to_string(below(90));
      const bool is_here = client && state_.roster.at(client).is_online();
      const auto outcome = !is_here        ? admit(name, connection)
                           : below(3) == 0 ? depart(client, connection)
                           : below(3) == 0 ? leave(client, room)
                                           : join(client, room);
      for (const auto one : outcome.touched.clients) touched.clients.push_back(one);
      for (const auto& one : outcome.touched.memberships) touched.memberships.push_back(one);
    }
    shown = shown->after(state_, touched);
  }
  EXPECT_GT(state_.roster.all().size(), 128U);
  expect_same(*shown, *picture(state_));
}

TEST(MemberSet, finds_members_over_wide_gaps_and_counts_them) {
  MemberSet set;
  for (const std::uint32_t client : {1U, 63U, 64U, 5000U, 100'000U}) set.set({client}, true, 1);
  set.set({64}, true, 1);
  EXPECT_THAT(members(set), ElementsAre(ClientNumber{1}, ClientNumber{63}, ClientNumber{64},
                                        ClientNumber{5000}, ClientNumber{100'000}));
  set.set({5000}, false, 2);
  set.set({4999}, false, 2);
  EXPECT_THAT(members(set),
              ElementsAre(ClientNumber{1}, ClientNumber{63}, ClientNumber{64}, ClientNumber{100'000}));
  EXPECT_EQ(set.next({100'001}), ClientNumber{0});
}

TEST(SharedVector, copies_only_what_changes) {
  SharedVector<std::string> first;
  first.grow(200);
  first.change(0, 1) = "zero";
  first.change(130, 1) = "far";
  auto second = first;
  second.change(0, 2) = "nil";
  EXPECT_EQ(first[0], "zero");
  EXPECT_EQ(second[0], "nil");
  EXPECT_EQ(&first[130], &second[130]);
  EXPECT_EQ(second[131], "");
  EXPECT_EQ(second[64], "") << "a chunk that nobody touched";
  second.grow(300);
  EXPECT_EQ(second[130], "far");
  EXPECT_EQ(first.size(), 200U);
}

}  // namespace
}  // namespace palabre::broker
