#include "client/display_gate.hpp"

#include <gmock/gmock.h>

namespace palabre {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

event::Message message(std::uint64_t sequence, std::string text = "text", std::string room = "lobby") {
  return {.room = std::move(room),
          .sequence = {sequence},
          .epoch = "0123456789abcdef",
          .client = {2},
          .name = "bob",
          .column = {1},
          .at = {1000},
          .text = std::move(text)};
}

std::vector<std::uint64_t> numbers_of(const std::vector<event::Message>& messages) {
  std::vector<std::uint64_t> sequences;
  for (const auto& each : messages) sequences.push_back(each.sequence.value);
  return sequences;
}

/// Gives the closed gate messages `first` to `last`, none of which may come through.
void hold(DisplayGate& gate, std::uint64_t first, std::uint64_t last) {
  for (auto sequence = first; sequence <= last; ++sequence) {
    EXPECT_FALSE(gate.pass(message(sequence))) << "message " << sequence << " came through";
  }
}

TEST(DisplayGate, lets_messages_through_while_it_is_open) {
  DisplayGate gate({});
  const auto passed = gate.pass(message(7));
  ASSERT_TRUE(passed);
  EXPECT_EQ(passed->sequence, Sequence{7});
  EXPECT_EQ(gate.count().total, 0U);
}

TEST(DisplayGate, hands_over_what_it_held_in_order_and_opens) {
  DisplayGate gate({});
  gate.close();
  hold(gate, 1, 3);
  const auto released = gate.release();
  EXPECT_THAT(numbers_of(released.messages), ElementsAre(1, 2, 3));
  EXPECT_THAT(released.rest, IsEmpty());
  EXPECT_EQ(released.count.total, 3U);
  EXPECT_TRUE(gate.is_open());
  EXPECT_TRUE(gate.pass(message(4)));
}

TEST(DisplayGate, begins_to_count_anew_after_a_release) {
  DisplayGate gate({});
  gate.close();
  hold(gate, 1, 3);
  std::ignore = gate.release();
  gate.close();
  EXPECT_EQ(gate.count(), DisplayGate::Count{});
  EXPECT_THAT(gate.peek(5), IsEmpty());
  EXPECT_THAT(gate.release().messages, IsEmpty());
}

TEST(DisplayGate, closing_twice_keeps_what_is_held) {
  DisplayGate gate({});
  gate.close();
  hold(gate, 1, 2);
  gate.close();
  EXPECT_EQ(gate.count().total, 2U);
}

TEST(DisplayGate, keeps_only_numbers_beyond_its_bound) {
  DisplayGate gate({.own_name = "", .kept_max = 3});
  gate.close();
  hold(gate, 10, 20);
  const auto released = gate.release();
  EXPECT_THAT(numbers_of(released.messages), ElementsAre(10, 11, 12));
  EXPECT_THAT(released.rest, ElementsAre(DisplayGate::Range{"lobby", "0123456789abcdef", {13}, {20}}));
  EXPECT_EQ(released.count.total, 11U);
}

TEST(DisplayGate, keeps_one_range_a_room_however_they_alternate) {
  DisplayGate gate({.own_name = "", .kept_max = 0});
  gate.close();
  for (std::uint64_t sequence = 1; sequence <= 1000; ++sequence) {
    std::ignore = gate.pass(message(sequence, "text", "tea"));
    std::ignore = gate.pass(message(sequence, "text", "ops"));
  }
  EXPECT_THAT(gate.release().rest, ElementsAre(DisplayGate::Range{"tea", "0123456789abcdef", {1}, {1000}},
                                               DisplayGate::Range{"ops", "0123456789abcdef", {1}, {1000}}));
}

TEST(DisplayGate, begins_a_new_range_when_the_epoch_changes) {
  DisplayGate gate({.own_name = "", .kept_max = 0});
  gate.close();
  hold(gate, 5, 6);
  auto other = message(7);
  other.epoch = "fedcba9876543210";
  std::ignore = gate.pass(other);
  EXPECT_THAT(gate.release().rest, SizeIs(2));
}

TEST(DisplayGate, holds_a_hundred_thousand_messages_in_bounded_memory_with_the_right_count) {
  DisplayGate gate({});
  gate.close();
  hold(gate, 1, 100'000);
  EXPECT_EQ(gate.count().total, 100'000U);
  const auto released = gate.release();
  EXPECT_THAT(released.messages, SizeIs(DisplayGate::Options{}.kept_max));
  EXPECT_THAT(released.rest, SizeIs(1));
  EXPECT_EQ(released.rest.front().last, Sequence{100'000});
}

TEST(DisplayGate, peeks_at_the_last_messages_without_opening) {
  DisplayGate gate({.own_name = "", .kept_max = 2, .recent_max = 4});
  gate.close();
  hold(gate, 1, 10);
  EXPECT_THAT(numbers_of(gate.peek(2)), ElementsAre(9, 10));
  EXPECT_THAT(numbers_of(gate.peek(100)), ElementsAre(7, 8, 9, 10));
  EXPECT_FALSE(gate.is_open());
  EXPECT_EQ(gate.count().total, 10U);
}

TEST(DisplayGate, counts_the_messages_to_you_apart) {
  DisplayGate gate({.own_name = "alice"});
  gate.close();
  std::ignore = gate.pass(message(1, "alice: look"));
  std::ignore = gate.pass(message(2, "no malice meant"));
  auto own = message(3, "alice here");
  own.name = "alice";
  std::ignore = gate.pass(own);
  EXPECT_EQ(gate.count(), (DisplayGate::Count{.total = 3, .to_you = 1}));
}

TEST(Mentions, finds_a_name_as_a_word_in_any_case) {
  EXPECT_TRUE(mentions("alice", "alice"));
  EXPECT_TRUE(mentions("hey @Alice!", "alice"));
  EXPECT_TRUE(mentions("malice of ALICE", "alice"));
  EXPECT_FALSE(mentions("malice", "alice"));
  EXPECT_FALSE(mentions("alice2", "alice"));
  EXPECT_FALSE(mentions("alice-b", "alice"));
  EXPECT_FALSE(mentions("", "alice"));
  EXPECT_FALSE(mentions("anything", ""));
}

}  // namespace
}  // namespace palabre
