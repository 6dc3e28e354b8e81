#include <gtest/gtest.h>

#include "broker/log.hpp"

namespace palabre::broker {
namespace {

using std::chrono::milliseconds;

constexpr Moment kStart{std::chrono::hours(1)};

TEST(LogRate, lets_two_lines_of_a_kind_pass_in_a_second_and_counts_the_others) {
  LogRate rate;
  std::uint64_t lines = 0;
  std::uint64_t counted = 0;
  for (int i = 0; i < 10'000; ++i) {
    const auto unwritten = rate.take("flood", kStart + i * milliseconds(1));
    if (!unwritten) continue;
    ++lines;
    counted += *unwritten;
  }
  EXPECT_EQ(lines, 20U);
  EXPECT_EQ(lines + counted + 499, 10'000U) << "those after the last line are still to be told";
}

TEST(LogRate, lets_no_kind_silence_another) {
  LogRate rate;
  EXPECT_EQ(rate.take("flood", kStart), 0U);
  EXPECT_FALSE(rate.take("flood", kStart).has_value());
  EXPECT_EQ(rate.take("store_failed", kStart), 0U);
  EXPECT_EQ(rate.take("flood", kStart + milliseconds(500)), 1U);
}

}  // namespace
}  // namespace palabre::broker
