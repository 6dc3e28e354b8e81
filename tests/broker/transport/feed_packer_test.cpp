#include "broker/transport/feed_packer.hpp"

#include <gmock/gmock.h>

#include "schema/limits.hpp"
#include "tests/support/stored_message.hpp"

namespace palabre::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const Epoch kEpoch = "0123456789abcdef";
const NamedClient kAlice{{1}, "alice"};
const NamedClient kBob{{2}, "bob"};

/// A batch of one sender, each event with this text.
PackedBatch batch_of(const std::string& room, Sequence first, std::size_t count, const NamedClient& sender,
                     const std::string& text = "text") {
  Batch batch{kEpoch, room, first, {sender}, {}};
  for (std::size_t i = 0; i < count; ++i) {
    batch.events.push_back({sender.client, Column{}.plus(first.value + i), text, {1000}});
  }
  return packed(batch);
}

Batch decoded_batch(const FeedPacker::Frame& frame) { return decode_batch(frame.body).value(); }

Notice came(const std::string& room, const NamedClient& who) {
  return {room, {1000}, {{NoticeKind::came, who.client, who.name}}};
}

TEST(FeedPacker, has_nothing_to_send_when_nothing_waits) {
  FeedPacker packer(1);
  EXPECT_THAT(packer.take_batches(), IsEmpty());
}

TEST(FeedPacker, packs_a_rooms_batches_into_one_frame) {
  FeedPacker packer(1);
  packer.add(batch_of("tea", {5}, 2, kAlice));
  packer.add(batch_of("tea", {7}, 1, kBob));
  const auto frames = packer.take_batches();
  ASSERT_THAT(frames, SizeIs(1));
  EXPECT_EQ(frames[0].topic, "room/tea/");
  const auto batch = decoded_batch(frames[0]);
  EXPECT_EQ(batch.epoch, kEpoch);
  EXPECT_EQ(batch.room, "tea");
  EXPECT_EQ(batch.first, Sequence{5});
  EXPECT_THAT(batch.events, SizeIs(3));
  EXPECT_EQ(batch.events[2].client, kBob.client);
  EXPECT_THAT(packer.take_batches(), IsEmpty()) << "sent once";
}

TEST(FeedPacker, keeps_rooms_apart) {
  FeedPacker packer(1);
  packer.add(batch_of("tea", {1}, 1, kAlice));
  packer.add(batch_of("wine", {9}, 1, kAlice));
  packer.add(batch_of("tea", {2}, 1, kAlice));
  const auto frames = packer.take_batches();
  ASSERT_THAT(frames, SizeIs(2));
  EXPECT_THAT(decoded_batch(frames[0]).events, SizeIs(2));
  EXPECT_EQ(decoded_batch(frames[1]).room, "wine");
  EXPECT_EQ(decoded_batch(frames[1]).first, Sequence{9});
}

TEST(FeedPacker, names_each_sender_once) {
  FeedPacker packer(1);
  packer.add(batch_of("tea", {1}, 2, kAlice));
  packer.add(batch_of("tea", {3}, 1, kBob));
  packer.add(batch_of("tea", {4}, 2, kAlice));
  EXPECT_THAT(decoded_batch(packer.take_batches().at(0)).names, ElementsAre(kAlice, kBob));
}

TEST(FeedPacker, begins_another_frame_at_the_most_events_a_frame_may_hold) {
  FeedPacker packer(1);
  packer.add(batch_of("tea", {1}, limits::kEventsMax, kAlice));
  packer.add(batch_of("tea", {limits::kEventsMax + 1}, 1, kBob));
  packer.add(batch_of("tea", {limits::kEventsMax + 2}, 1, kAlice));
  const auto frames = packer.take_batches();
  ASSERT_THAT(frames, SizeIs(2));
  EXPECT_THAT(decoded_batch(frames[0]).events, SizeIs(limits::kEventsMax));
  EXPECT_THAT(decoded_batch(frames[0]).names, ElementsAre(kAlice));
  const auto rest = decoded_batch(frames[1]);
  EXPECT_EQ(rest.first.value, limits::kEventsMax + 1);
  EXPECT_THAT(rest.events, SizeIs(2));
  EXPECT_THAT(rest.names, ElementsAre(kAlice, kBob)) << "every frame names its own senders";
}

TEST(FeedPacker, begins_another_frame_at_the_most_text_a_frame_may_hold) {
  constexpr auto kFitting = limits::kEventsTextBytesMax / limits::kTextBytesMax;
  const std::string longest(limits::kTextBytesMax, 'x');
  FeedPacker packer(1);
  packer.add(batch_of("tea", {1}, kFitting, kAlice, longest));
  packer.add(batch_of("tea", {kFitting + 1}, 1, kAlice, longest));
  const auto frames = packer.take_batches();
  ASSERT_THAT(frames, SizeIs(2));
  EXPECT_THAT(decoded_batch(frames[0]).events, SizeIs(kFitting));
  EXPECT_THAT(decoded_batch(frames[1]).events, SizeIs(1));
  EXPECT_EQ(decoded_batch(frames[1]).first.value, kFitting + 1);
}

TEST(FeedPacker, keeps_each_events_time_when_batches_are_joined) {
  FeedPacker packer(1);
  for (const std::uint64_t at : {1000U, 1001U, 1023U, 1024U, 5000U}) {
    const Batch one{kEpoch, "tea", {at}, {kAlice}, {{kAlice.client, {1}, "text", {at}}}};
    packer.add(packed(one));
  }
  std::vector<std::uint64_t> times;
  const auto frames = packer.take_batches();
  for (const auto& frame : frames) {
    for (const auto& event : decoded_batch(frame).events) times.push_back(event.at.value);
  }
  EXPECT_THAT(times, ElementsAre(1000, 1001, 1023, 1024, 5000));
  EXPECT_THAT(frames, SizeIs(3)) << "those of one time step are in one frame";
}

TEST(FeedPacker, merges_a_rooms_notices_in_order) {
  FeedPacker packer(1);
  packer.add(came("lobby", kAlice));
  packer.add(came("tea", kBob));
  packer.add(Notice{"lobby", {1000}, {{NoticeKind::went, kAlice.client, kAlice.name}}});
  const auto frames = packer.take_notices();
  ASSERT_THAT(frames, SizeIs(2));
  EXPECT_EQ(frames[0].topic, "notice/lobby/");
  EXPECT_THAT(decode_notice(frames[0].body).value().events,
              ElementsAre(NoticeEvent{NoticeKind::came, kAlice.client, "alice"},
                          NoticeEvent{NoticeKind::went, kAlice.client, "alice"}));
  EXPECT_EQ(frames[1].topic, "notice/tea/");
  EXPECT_THAT(packer.take_notices(), IsEmpty());
}

TEST(FeedPacker, splits_notices_at_the_most_events) {
  FeedPacker packer(1);
  for (std::size_t i = 0; i <= limits::kEventsMax; ++i) packer.add(came("lobby", kAlice));
  const auto frames = packer.take_notices();
  ASSERT_THAT(frames, SizeIs(2));
  EXPECT_THAT(decode_notice(frames[0].body).value().events, SizeIs(limits::kEventsMax));
  EXPECT_THAT(decode_notice(frames[1].body).value().events, SizeIs(1));
}

TEST(FeedPacker, numbers_ticks_from_the_first_on) {
  FeedPacker packer(41);
  for (const std::uint64_t number : {41U, 42U, 43U}) {
    const auto frame = packer.tick(kEpoch, {7000});
    EXPECT_EQ(frame.topic, "tick/");
    EXPECT_EQ(decode_tick(frame.body).value(), (Tick{kEpoch, number, {7000}, {}}));
  }
}

TEST(FeedPacker, ticks_with_the_heads_that_changed_since_the_tick_before) {
  FeedPacker packer(1);
  packer.add(batch_of("tea", {5}, 2, kAlice));
  packer.add(batch_of("tea", {7}, 1, kAlice));
  packer.add(batch_of("lobby", {1}, 1, kAlice));
  (void)packer.take_batches();
  EXPECT_THAT(decode_tick(packer.tick(kEpoch, {7000}).body).value().heads,
              ElementsAre(RoomHead{"lobby", {1}}, RoomHead{"tea", {7}}));
  EXPECT_THAT(decode_tick(packer.tick(kEpoch, {8000}).body).value().heads, IsEmpty());
}

}  // namespace
}  // namespace palabre::broker
