#include <gtest/gtest.h>

#include <limits>

#include "broker/transport/feed_packer.hpp"
#include "schema/limits.hpp"
#include "tests/support/stored_message.hpp"

/// What everybody pays for each message: schema/README.md, section 6.
namespace palabre::broker {
namespace {

constexpr std::size_t kTextBytes = 64;

/// A full batch of an ordinary busy room: many senders with long rows, within a quarter of a second.
Batch busy_batch(std::size_t senders) {
  Batch batch{"0123456789abcdef", "lobby", {1'000'000}, {}, {}};
  for (std::size_t i = 0; i < senders; ++i) {
    const ClientNumber client{static_cast<std::uint32_t>(60'000 + i)};
    batch.names.push_back({client, "sender-" + std::to_string(i)});
  }
  for (std::size_t i = 0; i < limits::kEventsMax; ++i) {
    const auto& sender = batch.names[i % senders].client;
    const auto column = static_cast<std::uint32_t>(5'000'000 + i);
    batch.events.push_back({sender, {column}, std::string(kTextBytes, 'x'), {1'760'000'000'000 + i / 5}});
  }
  return batch;
}

std::size_t bytes_on_the_feed(const Batch& batch) {
  FeedPacker packer(1);
  packer.add(packed(batch));
  const auto frames = packer.take_batches();
  EXPECT_EQ(frames.size(), 1U);
  return frames[0].topic.size() + frames[0].body.size();
}

TEST(FeedOverhead, is_at_most_16_bytes_an_event_in_a_full_batch) {
  const auto bytes = bytes_on_the_feed(busy_batch(100));
  EXPECT_LE(bytes - limits::kEventsMax * kTextBytes, limits::kEventsMax * 16);
  EXPECT_LE(bytes, limits::kEventsMax * 80) << "topic, header and names included";
}

TEST(FeedOverhead, is_at_most_16_bytes_for_the_most_costly_event) {
  constexpr auto kMax = std::numeric_limits<std::uint32_t>::max();
  const std::string text(300, 'x');
  const Event costly{{kMax}, {kMax}, text, {1'760'000'000'255}};
  Batch batch{"0123456789abcdef", "lobby", {1}, {{{kMax}, "somebody"}}, {}};
  batch.events.push_back({{kMax}, {1}, text, {1'760'000'000'000}});
  batch.events.resize(300, costly);
  const auto before = encode(batch).size();
  batch.events.push_back(costly);
  EXPECT_EQ(encode(batch).size() - before, text.size() + 16);
}

}  // namespace
}  // namespace palabre::broker
