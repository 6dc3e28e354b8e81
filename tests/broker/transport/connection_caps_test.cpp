#include "broker/transport/connection_caps.hpp"

#include <gtest/gtest.h>

namespace palabre::broker {
namespace {

using Answer = ConnectionCaps::Answer;

PeerAddress four(std::uint8_t first, std::uint8_t last) {
  return {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, first, 0, 0, last};
}

TEST(ConnectionCaps, bound_each_address_by_itself) {
  ConnectionCaps caps({.per_address = 2, .per_loopback_address = 3, .total = 100});
  EXPECT_EQ(caps.came(four(10, 1)), Answer::has_place);
  EXPECT_EQ(caps.came(four(10, 1)), Answer::has_place);
  EXPECT_EQ(caps.came(four(10, 1)), Answer::too_many_from_there);
  EXPECT_EQ(caps.came(four(10, 2)), Answer::has_place);
}

TEST(ConnectionCaps, have_a_bound_of_its_own_for_loopback) {
  ConnectionCaps caps({.per_address = 1, .per_loopback_address = 2, .total = 100});
  PeerAddress six{};
  six.back() = 1;
  for (const auto& address : {four(127, 1), six}) {
    EXPECT_EQ(caps.came(address), Answer::has_place);
    EXPECT_EQ(caps.came(address), Answer::has_place);
    EXPECT_EQ(caps.came(address), Answer::too_many_from_there);
  }
}

TEST(ConnectionCaps, count_those_that_are_not_welcome_until_they_are_gone) {
  ConnectionCaps caps({.per_address = 1, .per_loopback_address = 1, .total = 100});
  EXPECT_EQ(caps.came(four(10, 1)), Answer::has_place);
  EXPECT_EQ(caps.came(four(10, 1)), Answer::too_many_from_there);
  caps.went(four(10, 1));
  EXPECT_EQ(caps.came(four(10, 1)), Answer::too_many_from_there) << "the one before still holds a descriptor";
  caps.went(four(10, 1));
  caps.went(four(10, 1));
  EXPECT_EQ(caps.came(four(10, 1)), Answer::has_place);
  EXPECT_EQ(caps.total(), 1U);
}

TEST(ConnectionCaps, bound_all_together) {
  ConnectionCaps caps({.per_address = 9, .per_loopback_address = 9, .total = 2});
  EXPECT_EQ(caps.came(four(10, 1)), Answer::has_place);
  EXPECT_EQ(caps.came(four(10, 2)), Answer::has_place);
  EXPECT_EQ(caps.came(four(10, 3)), Answer::too_many);
}

}  // namespace
}  // namespace palabre::broker
