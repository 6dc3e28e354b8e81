#include "client/cli/since.hpp"

#include <gmock/gmock.h>

namespace palabre::cli {
namespace {

using namespace std::chrono_literals;

TEST(Since, takes_all_a_sequence_or_an_age) {
  EXPECT_EQ(read_since("all"), Since(Sequence{1}));
  EXPECT_EQ(read_since("17"), Since(Sequence{17}));
  EXPECT_EQ(read_since("90s"), Since(Age(90s)));
  EXPECT_EQ(read_since("10m"), Since(Age(10min)));
  EXPECT_EQ(read_since("2h"), Since(Age(2h)));
  EXPECT_EQ(read_since("3d"), Since(Age(72h)));
}

TEST(Since, complains_about_everything_else) {
  for (const auto* text :
       {"", "0", "-1", "10", "x", "10x", "10 m", "m", "1.5h", "99999999999999999999", "9999999d"}) {
    const bool is_sequence = std::string_view(text) == "10";
    EXPECT_EQ(complain_about_since(text).empty(), is_sequence) << text;
  }
}

}  // namespace
}  // namespace palabre::cli
