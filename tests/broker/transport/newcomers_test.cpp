#include "broker/transport/newcomers.hpp"

#include <gtest/gtest.h>

#include <set>

namespace palabre::broker {
namespace {

constexpr PeerAddress kThere{1};
constexpr PeerAddress kElsewhere{2};

class NewcomersTest : public testing::Test {
 protected:
  bool may_come(int descriptor, const PeerAddress& address = kThere) {
    return newcomers_.came(address, descriptor, 2, [this](int known) { return welcomed_.contains(known); });
  }

  std::set<int> welcomed_;
  Newcomers newcomers_;
};

TEST_F(NewcomersTest, may_be_so_many_from_one_address) {
  EXPECT_TRUE(may_come(1));
  EXPECT_TRUE(may_come(2));
  EXPECT_FALSE(may_come(3));
  EXPECT_TRUE(may_come(4, kElsewhere));
}

TEST_F(NewcomersTest, are_those_no_more_who_were_welcomed) {
  for (int descriptor = 1; descriptor < 100; ++descriptor) {
    EXPECT_TRUE(may_come(descriptor));
    welcomed_.insert(descriptor);
  }
  EXPECT_TRUE(may_come(100));
  EXPECT_TRUE(may_come(101));
  EXPECT_FALSE(may_come(102));
}

TEST_F(NewcomersTest, are_counted_until_they_are_gone_even_one_too_many) {
  for (const int descriptor : {1, 2, 3}) (void)may_come(descriptor);
  newcomers_.went(kThere, 1);
  EXPECT_FALSE(may_come(4));
  for (const int descriptor : {2, 3, 4}) newcomers_.went(kThere, descriptor);
  EXPECT_TRUE(may_come(1));
}

TEST_F(NewcomersTest, leave_nothing_behind) {
  (void)may_come(1);
  newcomers_.went(kElsewhere, 1);
  EXPECT_EQ(newcomers_.addresses(), 1U);
  newcomers_.went(kThere, 1);
  EXPECT_EQ(newcomers_.addresses(), 0U);
}

}  // namespace
}  // namespace palabre::broker
