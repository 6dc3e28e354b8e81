#include "broker/session/comings.hpp"

#include <gtest/gtest.h>

#include <string>

namespace palabre::broker {
namespace {

using std::chrono::seconds;

class ComingsTest : public testing::Test {
 protected:
  [[nodiscard]] bool comes(const command::Admit& admit, std::size_t share = 1) {
    return !comings_.take(admit, share, now_);
  }

  Moment now_ = Moment{} + seconds(1000);
  Comings comings_{1};
};

command::Admit with_token(const std::string& name, const std::string& token) {
  return {{1}, {1}, name, token};
}
command::Admit with_key(const std::string& name, const std::string& key) {
  return {{1}, {1}, name, "token", {}, key};
}

TEST_F(ComingsTest, are_so_many_a_second_and_what_two_seconds_left) {
  const auto alice = with_token("alice", "hers");
  EXPECT_TRUE(comes(alice));
  EXPECT_TRUE(comes(alice));
  EXPECT_FALSE(comes(alice));
  now_ += seconds(1);
  EXPECT_TRUE(comes(alice));
}

TEST_F(ComingsTest, are_not_used_up_by_who_claims_the_name) {
  for (int i = 0; i < 5; ++i) (void)comes(with_token("alice", "a guess"));
  EXPECT_TRUE(comes(with_token("alice", "hers")));
  for (int i = 0; i < 5; ++i) (void)comes(with_key("alice", "a stranger's"));
  EXPECT_TRUE(comes(with_key("alice", "hers")));
}

TEST_F(ComingsTest, are_counted_by_the_key_whatever_is_said) {
  EXPECT_TRUE(comes(with_key("alice", "key")));
  EXPECT_TRUE(comes(with_key("bob", "key")));
  EXPECT_FALSE(comes(with_key("carol", "key")));
}

TEST_F(ComingsTest, are_more_for_a_bot_and_not_for_whom_claimed_to_be_one) {
  const auto claimed = with_key("bot", "a stranger's");
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(comes(claimed, 10)) << i;
  EXPECT_FALSE(comes(claimed, 10));
  const auto alice = with_key("alice", "a stranger's");
  EXPECT_TRUE(comes(alice));
  EXPECT_TRUE(comes(alice));
  EXPECT_FALSE(comes(alice));
}

TEST_F(ComingsTest, are_not_asked_for_all_the_time) {
  Comings often(1000);
  std::optional<std::chrono::milliseconds> wait;
  for (int i = 0; i < 2001; ++i) wait = often.take(with_key("alice", "key"), 1, now_);
  EXPECT_EQ(wait, std::chrono::milliseconds(100));
}

TEST_F(ComingsTest, are_forgotten_when_they_mean_nothing_any_more) {
  for (int i = 0; i < 5000; ++i) {
    (void)comes(with_key("alice", std::to_string(i)));
    if (i % 100 == 0) now_ += seconds(3);
  }
  EXPECT_LT(comings_.size(), 1200U);
}

TEST(AnyComings, pass_where_none_are_counted) {
  Comings comings(0);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(comings.take(with_key("alice", "key"), 1, {}));
  EXPECT_EQ(comings.size(), 0U);
}

}  // namespace
}  // namespace palabre::broker
