#include "client/terminal/visits.hpp"

#include <gtest/gtest.h>

namespace palabre::terminal {
namespace {

constexpr Moment kStart{};

event::Notice notice_of(NoticeKind kind, std::uint32_t client) {
  return {"lobby", {1}, {kind, {client}, "alice"}};
}

TEST(Visits, tell_of_who_came_once_they_have_stayed) {
  Visits visits;
  EXPECT_FALSE(visits.take(notice_of(NoticeKind::came, 1)));
  EXPECT_TRUE(visits.due(kStart).empty());
  EXPECT_TRUE(visits.due(kStart + Visits::kShortVisit / 2).empty());
  const auto due = visits.due(kStart + Visits::kShortVisit);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due.front().what.client, ClientNumber{1});
  EXPECT_TRUE(visits.due(kStart + 2 * Visits::kShortVisit).empty());
}

TEST(Visits, keep_silent_about_who_is_gone_at_once) {
  Visits visits;
  EXPECT_FALSE(visits.take(notice_of(NoticeKind::came, 1)));
  EXPECT_FALSE(visits.take(notice_of(NoticeKind::went, 1)));
  EXPECT_TRUE(visits.due(kStart).empty());
  EXPECT_TRUE(visits.due(kStart + Visits::kShortVisit).empty());
}

TEST(Visits, tell_at_once_of_who_stayed_and_left_and_of_rooms) {
  Visits visits;
  EXPECT_TRUE(visits.take(notice_of(NoticeKind::went, 1)));
  EXPECT_TRUE(visits.take(notice_of(NoticeKind::joined, 2)));
  EXPECT_TRUE(visits.take(notice_of(NoticeKind::left, 2)));
}

}  // namespace
}  // namespace palabre::terminal
