#include "broker/journal/segment_packer.hpp"

#include <gmock/gmock.h>

#include "schema/limits.hpp"
#include "tests/support/people.hpp"
#include "tests/support/stored_message.hpp"

namespace palabre::broker {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

record::Cells cells(ClientNumber client, Column column, RoomNumber room, Sequence sequence,
                    const std::vector<std::string>& texts) {
  return {client, column, room, sequence, {1000}, {7}, {column.value}, false, texts_of(texts)};
}

std::vector<Event> events_in(const Segment& segment) {
  const auto& events = segment.events;
  return unpack(events.bytes, events.count, events.time).value();
}

TEST(SegmentPacker, joins_a_rooms_cells_in_the_order_they_were_decided) {
  SegmentPacker packer;
  packer.add(cells(kAlice, {5}, kLobby, {10}, {"one", "two"}));
  packer.add(cells(kBob, {1}, kLobby, {12}, {"three"}));
  const auto segments = packer.take();
  ASSERT_THAT(segments, SizeIs(1));
  EXPECT_EQ(segments[0].room, kLobby);
  EXPECT_EQ(segments[0].first, Sequence{10});
  EXPECT_EQ(segments[0].last_at, TimeMs{1000});
  EXPECT_EQ(events_in(segments[0]),
            (std::vector<Event>{
                {kAlice, {5}, "one", {1000}}, {kAlice, {6}, "two", {1000}}, {kBob, {1}, "three", {1000}}}));
  EXPECT_THAT(packer.take(), IsEmpty()) << "taken once";
}

TEST(SegmentPacker, keeps_rooms_apart) {
  SegmentPacker packer;
  packer.add(cells(kAlice, {1}, kLobby, {1}, {"one"}));
  packer.add(cells(kAlice, {2}, kTea, {40}, {"two"}));
  const auto segments = packer.take();
  ASSERT_THAT(segments, SizeIs(2));
  EXPECT_EQ(segments[1].room, kTea);
  EXPECT_EQ(segments[1].first, Sequence{40});
}

TEST(SegmentPacker, notes_each_rows_stretches_and_begins_another_after_a_hole) {
  SegmentPacker packer;
  packer.add(cells(kAlice, {1}, kLobby, {1}, {"one"}));
  packer.add(cells(kBob, {1}, kLobby, {2}, {"between"}));
  packer.add(cells(kAlice, {2}, kLobby, {3}, {"two"}));
  packer.add(cells(kAlice, {3}, kTea, {1}, {"elsewhere"}));
  packer.add(cells(kAlice, {4}, kLobby, {4}, {"four"}));
  const auto segments = packer.take();
  const auto& rows = segments.at(0).rows;
  ASSERT_THAT(rows, SizeIs(3));
  EXPECT_EQ(rows[0].client, kAlice);
  EXPECT_EQ(rows[0].count, 2U);
  EXPECT_EQ(rows[1].client, kBob);
  EXPECT_EQ(rows[2].column, Column{4});
}

TEST(SegmentPacker, splits_at_the_most_events_a_frame_may_hold) {
  SegmentPacker packer;
  packer.add(cells(kAlice, {1}, kLobby, {1}, std::vector<std::string>(limits::kEventsMax + 1, "x")));
  const auto segments = packer.take();
  ASSERT_THAT(segments, SizeIs(2));
  EXPECT_EQ(segments[0].events.count, limits::kEventsMax);
  EXPECT_EQ(segments[1].first.value, limits::kEventsMax + 1);
  EXPECT_EQ(segments[1].rows.at(0).column.value, limits::kEventsMax + 1);
}

TEST(SegmentPacker, splits_where_an_offset_would_take_a_third_byte) {
  SegmentPacker packer;
  const std::uint64_t step = 128 * 1000;
  for (std::uint32_t i = 1; const std::uint64_t at : {step + 100, step + 255, step + 256}) {
    auto one = cells(kAlice, {i}, kLobby, {i}, {"text"});
    one.at = {at};
    packer.add(one);
    ++i;
  }
  const auto segments = packer.take();
  ASSERT_THAT(segments, SizeIs(2));
  EXPECT_EQ(events_in(segments[0])[1].at, TimeMs{step + 255});
  EXPECT_EQ(events_in(segments[1])[0].at, TimeMs{step + 256});
}

TEST(SegmentPacker, splits_at_the_most_text_a_frame_may_hold) {
  constexpr auto kFitting = limits::kEventsTextBytesMax / limits::kTextBytesMax;
  SegmentPacker packer;
  const std::string longest(limits::kTextBytesMax, 'x');
  packer.add(cells(kAlice, {1}, kLobby, {1}, std::vector<std::string>(kFitting + 1, longest)));
  const auto segments = packer.take();
  ASSERT_THAT(segments, SizeIs(2));
  EXPECT_EQ(segments[0].events.count, kFitting);
}

}  // namespace
}  // namespace palabre::broker
