#include "broker/transport/backlog.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace palabre::broker {
namespace {

using Verdict = Backlog::Verdict;

constexpr Backlog::Allowance kAllowance{.unfinished = 1000, .memory = 100'000};

/// A connection whose descriptor was another's before.
class BacklogTest : public testing::Test {
 protected:
  Verdict after(std::uint64_t read, Intake::Taken taken, std::uint64_t turn, std::uint64_t unread = 0) {
    return backlog_.judge({read + unread,
                           read,
                           {kBefore.frames + taken.frames, kBefore.bytes + taken.bytes},
                           kFirstTurn + turn},
                          kAllowance);
  }

  static constexpr Intake::Taken kBefore{.frames = 9, .bytes = 5000};
  static constexpr std::uint64_t kFirstTurn = 77;
  Backlog backlog_{kBefore};
};

TEST_F(BacklogTest, is_fine_with_what_was_taken_or_is_short) {
  EXPECT_EQ(after(0, {}, 0), Verdict::fine);
  EXPECT_EQ(after(1000, {}, 50), Verdict::fine) << "a message that is still coming";
  EXPECT_EQ(after(1'000'000, {10'000, 999'000}, 51), Verdict::fine);
}

TEST_F(BacklogTest, waits_for_a_whole_turn_of_the_router_before_it_takes_a_message_for_endless) {
  EXPECT_EQ(after(1001, {}, 1), Verdict::doubtful);
  EXPECT_EQ(after(1001, {}, 2), Verdict::doubtful) << "the turn may have begun before";
  EXPECT_EQ(after(1001, {}, 3), Verdict::too_much);
}

TEST_F(BacklogTest, gives_a_connection_time_as_long_as_the_router_takes_from_it) {
  for (std::uint64_t turn = 0; turn < 20; ++turn) {
    EXPECT_EQ(after(50'000 + 1000 * turn, {turn, 1000 * turn}, 10 * turn), Verdict::doubtful);
  }
}

TEST_F(BacklogTest, begins_a_new_doubt_after_an_old_one_was_cleared) {
  EXPECT_EQ(after(2000, {}, 0), Verdict::doubtful);
  EXPECT_EQ(after(2000, {1, 2000}, 1), Verdict::fine);
  EXPECT_EQ(after(4000, {1, 2000}, 2), Verdict::doubtful);
}

TEST_F(BacklogTest, looks_again_when_libzmq_has_not_read_yet_what_came) {
  EXPECT_EQ(after(500, {}, 0, 500), Verdict::fine);
  EXPECT_EQ(after(500, {}, 0, 501), Verdict::doubtful);
  EXPECT_EQ(after(500, {}, 9, 501), Verdict::doubtful);
  EXPECT_EQ(after(1001, {}, 10), Verdict::doubtful) << "the router had no turn since it was read";
}

TEST_F(BacklogTest, bounds_whole_messages_by_the_memory_they_take_whatever_the_turn) {
  EXPECT_EQ(after(90'000, {1, 1000}, 0), Verdict::doubtful);
  EXPECT_EQ(after(101'100, {1, 1000}, 0), Verdict::too_much);
}

TEST_F(BacklogTest, counts_short_frames_with_what_each_costs) {
  // Of frames of two bytes each takes thirty-three times its length.
  EXPECT_EQ(after(2'000 + 3'000, {1000, 2000}, 0), Verdict::doubtful);
  EXPECT_EQ(after(2'000 + 3'100, {1000, 2000}, 0), Verdict::too_much);
}

TEST_F(BacklogTest, bears_a_frame_that_was_counted_before_its_bytes) {
  EXPECT_EQ(after(100, {1, 0}, 0), Verdict::fine);
  EXPECT_EQ(after(100, {1, 100}, 0), Verdict::fine);
}

TEST(Intake, shows_no_frame_without_its_bytes) {
  constexpr std::uint64_t kFrames = 5'000'000;
  Intake intake(8);
  const std::jthread router([&intake] {
    for (std::uint64_t i = 0; i < kFrames; ++i) intake.add(3, 10);
  });
  for (Intake::Taken taken; taken.frames < kFrames; taken = intake.of(3)) {
    ASSERT_GE(taken.bytes, 10 * taken.frames);
  }
}

TEST(Intake, counts_frames_as_long_as_they_were_on_the_wire) {
  EXPECT_EQ(bytes_on_the_wire(0, false), 2U);
  EXPECT_EQ(bytes_on_the_wire(255, false), 257U);
  EXPECT_EQ(bytes_on_the_wire(256, false), 265U);
  EXPECT_EQ(bytes_on_the_wire(222, true), 257U);
  EXPECT_EQ(bytes_on_the_wire(223, true), 265U);
}

TEST(Intake, knows_nothing_of_descriptors_beyond_its_own) {
  Intake intake(4);
  intake.add(3, 10);
  intake.add(4, 10);
  intake.add(-1, 10);
  EXPECT_EQ(intake.of(3).bytes, 10U);
  EXPECT_EQ(intake.of(4).bytes, 0U);
  EXPECT_FALSE(intake.knows(-1));
}

}  // namespace
}  // namespace palabre::broker
