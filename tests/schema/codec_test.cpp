#include "schema/codec.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "schema/frames.hpp"

namespace palabre {
namespace {

std::string why_not(const std::string& frame) {
  const auto decoded = decode_request(frame);
  return decoded.body ? "(accepted)" : decoded.body.refusal().text;
}

/// {"type": value}, and the value as msgpack.
std::string with_type(const std::string& value) { return "\x81\xa4type" + value; }

TEST(Codec, says_that_bytes_are_no_msgpack) {
  for (const auto& frame : {std::string{}, std::string("\xc1"), with_type(""), with_type("\xa9short")}) {
    EXPECT_EQ(why_not(frame), "the frame is not msgpack");
  }
}

TEST(Codec, says_that_sizes_or_nesting_exceed_the_limits) {
  const std::string three_arrays("\x91\x91\x91", 3);
  const std::string long_array("\xdc\x05\x01", 3);
  const std::string long_map("\xde\x00\x21", 3);
  const std::string long_text("\xdb\x00\x04\x00\x01", 5);
  const std::string extension("\xd4\x01\x00", 3);
  for (const auto& value : {three_arrays + "\x91\x01", long_array, long_map, extension}) {
    EXPECT_EQ(why_not(with_type(value)), "the frame exceeds the limits for sizes or nesting");
  }
  EXPECT_EQ(why_not(with_type(long_text + std::string(256 * 1024 + 1, 'x'))),
            "the frame exceeds the limits for sizes or nesting");
  EXPECT_EQ(why_not(with_type(three_arrays + "\x01")), "field 'request' is missing");
}

Batch batch_of(std::vector<Event> events) {
  return {
      .epoch = "5ca1ab1e0ddba11f", .room = "lobby", .first = {1}, .names = {}, .events = std::move(events)};
}

TEST(Codec, reads_as_many_rooms_as_anybody_may_be_shown) {
  reply::Rooms rooms;
  while (rooms.rooms.size() < limits::kRoomsListedMax) {
    rooms.rooms.push_back({std::string(24, 'a') + "/" + std::string(32, 'b'), {limits::kIntegerMax}, 1000});
  }
  const auto frame = encode(RequestId{1}, Reply(rooms));
  EXPECT_LE(frame.size(), limits::kRequestBytesMax);
  const auto read = decode_reply(frame);
  ASSERT_TRUE(read.ok()) << read.refusal().text;
  EXPECT_EQ(std::get<reply::Rooms>(read->body).rooms.size(), limits::kRoomsListedMax);
}

TEST(Codec, writes_events_whose_time_goes_back) {
  const auto batch =
      batch_of({{{3}, {1}, "later", {70}}, {{3}, {2}, "sooner", {1}}, {{3}, {3}, "last", {111}}});
  const auto feed = decode_batch(encode(batch));
  ASSERT_TRUE(feed.ok()) << feed.refusal().text;
  EXPECT_EQ(*feed, batch);
  const auto page = decode_reply(encode(RequestId{1}, reply::Page{.batch = batch, .head = {3}}));
  ASSERT_TRUE(page.ok()) << page.refusal().text;
  EXPECT_EQ(std::get<reply::Page>(page->body).batch, batch);
}

TEST(Codec, reads_no_time_that_it_could_not_write) {
  const auto time_max = limits::kIntegerMax;
  const auto latest = batch_of({{{3}, {1}, "", {time_max - 1}}, {{3}, {2}, "", {time_max}}});
  const auto read = decode_batch(encode(latest));
  ASSERT_TRUE(read.ok()) << read.refusal().text;
  EXPECT_EQ(*read, latest);
  auto frame = encode(latest);
  ASSERT_EQ(frame.back(), '\x01');
  frame.back() = '\x02';
  EXPECT_FALSE(decode_batch(frame).ok());
}

}  // namespace
}  // namespace palabre
