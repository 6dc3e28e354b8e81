#include "schema/texts.hpp"

#include <gmock/gmock.h>

#include <string>

namespace palabre {
namespace {

using testing::ElementsAre;

TEST(TextList, gives_the_part_that_is_no_longer_than_so_many_bytes) {
  const Texts texts{"one", "two", "three", "four"};
  EXPECT_THAT(texts.part(0, 6), ElementsAre("one", "two"));
  EXPECT_THAT(texts.part(0, 10), ElementsAre("one", "two"));
  EXPECT_THAT(texts.part(1, 8), ElementsAre("two", "three"));
  EXPECT_THAT(texts.part(2, 100), ElementsAre("three", "four"));
}

TEST(TextList, gives_one_text_however_long_it_is) {
  const Texts texts{std::string(100, 'x'), "y"};
  EXPECT_EQ(texts.part(0, 10).size(), 1U);
  EXPECT_THAT(texts.part(1, 0), ElementsAre("y"));
}

TEST(TextList, is_without_its_first) {
  const Texts texts{"one", "two", "three"};
  EXPECT_THAT(texts.without_first(1), ElementsAre("two", "three"));
  EXPECT_EQ(texts.without_first(3), Texts{});
}

}  // namespace
}  // namespace palabre
