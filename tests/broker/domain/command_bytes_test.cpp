#include <gtest/gtest.h>

#include <string>

#include "broker/domain/commands.hpp"

namespace palabre::broker {
namespace {

TEST(CommandBytes, counts_the_texts_of_a_post) {
  command::Post post{{}, {"lobby", {7}, {1}, {}}};
  for (int text = 0; text < 15; ++text) post.post.texts.push_back(std::string(16'000, 'x'));
  EXPECT_GE(CommandBytes{}(post), 240'000U);
  EXPECT_LE(CommandBytes{}(post), 241'000U);
}

TEST(CommandBytes, counts_many_short_texts_for_more_than_their_letters) {
  command::Post post{{}, {"lobby", {7}, {1}, {}}};
  for (int text = 0; text < 256; ++text) post.post.texts.push_back("x");
  EXPECT_GE(CommandBytes{}(post), 256U * 5);
}

TEST(CommandBytes, counts_nothing_for_what_is_never_long) {
  EXPECT_EQ(CommandBytes{}(command::Join{{}, "tea"}), 0U);
  EXPECT_EQ(CommandBytes{}(command::Depart{}), 0U);
}

}  // namespace
}  // namespace palabre::broker
