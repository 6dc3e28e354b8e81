#include "broker/transport/newcomers.hpp"

#include <gtest/gtest.h>

#include <set>

namespace palabre::broker {
namespace {

using namespace std::chrono_literals;
using Crowd = Newcomers::Crowd;

constexpr PeerAddress kThere{1};
constexpr PeerAddress kElsewhere{2};

class NewcomersTest : public testing::Test {
 protected:
  Newcomers::Answer answer_to(int descriptor, const PeerAddress& address = kThere) {
    return newcomers_.came(address, descriptor, now_, 2,
                           [this](int known) { return welcomed_.contains(known); });
  }
  Crowd crowd_with(int descriptor, const PeerAddress& address = kThere) {
    const auto answer = answer_to(descriptor, address);
    EXPECT_FALSE(answer.stale);
    return answer.crowd;
  }

  std::set<int> welcomed_;
  Newcomers newcomers_;
  Moment now_{1000h};
};

TEST_F(NewcomersTest, may_be_so_many_from_one_address_and_four_times_as_many_at_the_utmost) {
  EXPECT_EQ(crowd_with(1), Crowd::none);
  EXPECT_EQ(crowd_with(2), Crowd::none);
  for (int descriptor = 3; descriptor <= 8; ++descriptor) EXPECT_EQ(crowd_with(descriptor), Crowd::full);
  EXPECT_EQ(crowd_with(9), Crowd::overfull);
  EXPECT_EQ(crowd_with(10, kElsewhere), Crowd::none);
}

TEST_F(NewcomersTest, are_those_no_more_who_were_welcomed) {
  for (int descriptor = 1; descriptor < 100; ++descriptor) {
    EXPECT_EQ(crowd_with(descriptor), Crowd::none);
    welcomed_.insert(descriptor);
  }
  EXPECT_EQ(crowd_with(100), Crowd::none);
  EXPECT_EQ(crowd_with(101), Crowd::none);
  EXPECT_EQ(crowd_with(102), Crowd::full);
}

TEST_F(NewcomersTest, are_counted_until_they_are_gone_even_one_too_many) {
  for (const int descriptor : {1, 2, 3}) (void)answer_to(descriptor);
  newcomers_.went(kThere, 1);
  EXPECT_EQ(crowd_with(4), Crowd::full);
  for (const int descriptor : {2, 3, 4}) newcomers_.went(kThere, descriptor);
  EXPECT_EQ(crowd_with(1), Crowd::none);
}

TEST_F(NewcomersTest, make_room_for_others_when_they_were_strangers_for_long_the_oldest_first) {
  (void)answer_to(1);
  now_ += 1s;
  (void)answer_to(2);
  now_ += Newcomers::kStaleAfter - 1ms - 1s;
  EXPECT_EQ(crowd_with(3), Crowd::full);
  now_ += 1ms;
  const auto answer = answer_to(4);
  EXPECT_EQ(answer.stale, 1);
  EXPECT_EQ(answer.crowd, Crowd::none);
  EXPECT_EQ(crowd_with(5), Crowd::full) << "the next one has been here a second less";
}

TEST_F(NewcomersTest, are_never_stale_when_they_were_welcomed) {
  (void)answer_to(1);
  welcomed_.insert(1);
  now_ += 2 * Newcomers::kStaleAfter;
  for (const int descriptor : {2, 3}) EXPECT_EQ(crowd_with(descriptor), Crowd::none);
  EXPECT_EQ(crowd_with(4), Crowd::full);
}

TEST_F(NewcomersTest, leave_nothing_behind) {
  (void)answer_to(1);
  newcomers_.went(kElsewhere, 1);
  EXPECT_EQ(newcomers_.addresses(), 1U);
  newcomers_.went(kThere, 1);
  EXPECT_EQ(newcomers_.addresses(), 0U);
}

}  // namespace
}  // namespace palabre::broker
