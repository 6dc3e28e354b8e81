#include "broker/domain/message_matrix.hpp"

#include <gtest/gtest.h>

namespace palabre::broker {
namespace {

constexpr ClientNumber kFirst{1};
constexpr ClientNumber kSecond{2};
constexpr OutboxId kMorning{10};
constexpr OutboxId kEvening{20};

TEST(MessageMatrix, numbers_a_rows_columns_from_one) {
  MessageMatrix matrix;
  matrix.learn(kFirst, kMorning, {});
  EXPECT_EQ(matrix.columns(kFirst), Column{0});
  EXPECT_EQ(matrix.take(kFirst, kMorning, 1).column, Column{1});
  EXPECT_EQ(matrix.take(kFirst, kMorning, 3).column, Column{2});
  EXPECT_EQ(matrix.columns(kFirst), Column{4});
}

TEST(MessageMatrix, counts_each_row_by_itself) {
  MessageMatrix matrix;
  matrix.learn(kFirst, kMorning, {});
  matrix.learn(kSecond, kMorning, {});
  matrix.take(kFirst, kMorning, 1);
  EXPECT_EQ(matrix.take(kSecond, kMorning, 1).column, Column{1});
}

TEST(MessageMatrix, goes_on_where_the_store_ended) {
  MessageMatrix matrix;
  matrix.set_columns(kFirst, {41});
  matrix.learn(kFirst, kMorning, {});
  EXPECT_EQ(matrix.take(kFirst, kMorning, 1).column, Column{42});
}

TEST(MessageMatrix, counts_an_outbox_on_with_the_cells_taken_for_it) {
  MessageMatrix matrix;
  matrix.learn(kFirst, kMorning, {7});
  matrix.take(kFirst, kMorning, 3);
  EXPECT_EQ(matrix.last_counter(kFirst, kMorning), Counter{10});
}

TEST(MessageMatrix, tells_whether_a_stretch_continues_its_outbox) {
  MessageMatrix matrix;
  matrix.set_columns(kFirst, {2});
  matrix.learn(kFirst, kMorning, {2});
  matrix.learn(kFirst, kEvening, {});
  EXPECT_FALSE(matrix.take(kFirst, kMorning, 1).continues_outbox)
      << "whose the stored cells are is not known";
  EXPECT_TRUE(matrix.take(kFirst, kMorning, 1).continues_outbox);
  EXPECT_FALSE(matrix.take(kFirst, kEvening, 1).continues_outbox);
  EXPECT_FALSE(matrix.take(kFirst, kMorning, 1).continues_outbox);
}

TEST(MessageMatrix, knows_of_an_outbox_only_what_it_learnt) {
  MessageMatrix matrix;
  EXPECT_EQ(matrix.last_counter(kFirst, kMorning), std::nullopt);
  matrix.learn(kFirst, kMorning, {});
  EXPECT_EQ(matrix.last_counter(kFirst, kMorning), Counter{0});
  matrix.learn(kFirst, kMorning, {3});
  EXPECT_EQ(matrix.last_counter(kFirst, kMorning), Counter{3});
  EXPECT_EQ(matrix.last_counter(kFirst, kEvening), std::nullopt);
  EXPECT_EQ(matrix.last_counter(kSecond, kMorning), std::nullopt);
}

TEST(MessageMatrix, forgets_a_clients_outboxes_but_not_its_row) {
  MessageMatrix matrix;
  matrix.learn(kFirst, kMorning, {});
  matrix.take(kFirst, kMorning, 1);
  matrix.learn(kSecond, kMorning, {5});
  matrix.forget(kFirst);
  EXPECT_EQ(matrix.last_counter(kFirst, kMorning), std::nullopt);
  EXPECT_EQ(matrix.columns(kFirst), Column{1});
  EXPECT_EQ(matrix.last_counter(kSecond, kMorning), Counter{5});
}

TEST(MessageMatrix, counts_the_outboxes_it_learnt) {
  MessageMatrix matrix;
  matrix.learn(kFirst, kMorning, {1});
  matrix.learn(kFirst, kMorning, {2});
  matrix.learn(kFirst, kEvening, {1});
  matrix.learn(kSecond, kMorning, {1});
  EXPECT_EQ(matrix.learnt(), 3U);
  matrix.forget(kFirst);
  EXPECT_EQ(matrix.learnt(), 1U);
  matrix.forget_all();
  EXPECT_EQ(matrix.learnt(), 0U);
  EXPECT_EQ(matrix.last_counter(kSecond, kMorning), std::nullopt);
}

}  // namespace
}  // namespace palabre::broker
