#include "broker/threads/nap.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace palabre::broker {
namespace {

using namespace std::chrono_literals;

TEST(Nap, takes_as_long_as_it_should) {
  Nap nap;
  const auto began = std::chrono::steady_clock::now();
  EXPECT_TRUE(nap.sleep_for(20ms));
  EXPECT_GE(std::chrono::steady_clock::now() - began, 20ms);
}

TEST(Nap, ends_when_somebody_says_so_and_never_begins_again) {
  Nap nap;
  const auto began = std::chrono::steady_clock::now();
  const std::jthread other([&nap] { nap.end(); });
  EXPECT_FALSE(nap.sleep_for(1h));
  EXPECT_FALSE(nap.sleep_for(1h));
  EXPECT_LT(std::chrono::steady_clock::now() - began, 1h);
}

}  // namespace
}  // namespace palabre::broker
