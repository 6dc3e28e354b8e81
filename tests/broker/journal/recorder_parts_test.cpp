#include <memory>
#include <string>
#include <vector>

#include "tests/broker/journal/recorder_fixture.hpp"

/// The recorder and POSTs that come in parts.
namespace palabre::broker {
namespace {

using testing::ElementsAre;
using testing::SizeIs;
using Weather = MemoryJournal::Weather;

class PartsTest : public RecorderTest {
 protected:
  PartsTest() { connect_both(); }

  using Whole = std::shared_ptr<PostInParts>;
  static Whole whole(std::size_t texts) { return std::make_shared<PostInParts>(PostInParts{{1}, texts, {}}); }
  static Command part(const Whole& whole, Counter counter, const std::string& text, RequestId request = {2}) {
    return command::Post{
        .origin = {kAlice, kAlices, request}, .post = {"lobby", kOutbox, counter, {text}}, .whole = whole};
  }
  [[nodiscard]] std::size_t count_replies_to(std::uint64_t request) const {
    const auto replies = replies_.all();
    return static_cast<std::size_t>(std::ranges::count(replies, RequestId{request}, &SentReply::request));
  }
};

TEST_F(PartsTest, answers_once_when_the_last_part_is_stored) {
  const auto three = whole(3);
  decide_at_once({part(three, {1}, "one"), part(three, {2}, "two")});
  decide_at_once({post({kBob, kBobs, {3}}, {1}, {"between"})});
  EXPECT_EQ(count_replies_to(2), 0U);
  decide_at_once({part(three, {3}, "three")});
  EXPECT_EQ(count_replies_to(2), 1U);
  const auto acks = replies_.reply_to(2).as<reply::Stored>().acks;
  ASSERT_THAT(acks, SizeIs(3));
  EXPECT_EQ(acks[1].sequence, Sequence{2});
  EXPECT_EQ(acks[2].sequence, Sequence{4});
  EXPECT_EQ(acks[2].counter, Counter{3});
  EXPECT_THAT(stored_texts(), ElementsAre("one", "two", "between", "three"));
}

TEST_F(PartsTest, answers_repeats_as_the_first_time) {
  const auto first = whole(2);
  decide_at_once({part(first, {1}, "one")});
  decide_at_once({part(first, {2}, "two")});
  const auto again = whole(2);
  decide_at_once({part(again, {1}, "one", {4}), part(again, {2}, "two", {4})});
  EXPECT_EQ(replies_.reply_to(4).as<reply::Stored>().acks, replies_.reply_to(2).as<reply::Stored>().acks);
}

TEST_F(PartsTest, refuses_the_rest_when_there_is_no_space_left_and_takes_all_when_it_comes_again) {
  const auto three = whole(3);
  decide_at_once({part(three, {1}, "one")});
  journal_.set_weather(Weather::full);
  decide_at_once({part(three, {2}, "two")});
  journal_.set_weather(Weather::fine);
  decide_at_once({part(three, {3}, "three")});
  EXPECT_EQ(replies_.reply_to(2).refusal(), RefusalCode::storage_full);
  EXPECT_EQ(count_replies_to(2), 1U);
  EXPECT_THAT(stored_texts(), ElementsAre("one"));
  const auto again = whole(3);
  decide_at_once(
      {part(again, {1}, "one", {5}), part(again, {2}, "two", {5}), part(again, {3}, "three", {5})});
  EXPECT_THAT(replies_.reply_to(5).as<reply::Stored>().acks, SizeIs(3));
  EXPECT_THAT(stored_texts(), ElementsAre("one", "two", "three"));
}

}  // namespace
}  // namespace palabre::broker
