#include "broker/transport/publisher.hpp"

#include <gmock/gmock.h>

#include <optional>

#include "broker/transport/context.hpp"
#include "broker/transport/zap.hpp"
#include "tests/broker/transport/loopback.hpp"
#include "tests/support/stored_message.hpp"

namespace palabre::broker {
namespace {

using testing::ElementsAre;

const Epoch kEpoch = "0123456789abcdef";

class PublisherTest : public testing::Test {
 protected:
  PublisherTest() {
    publisher_->start(kEpoch);
    subscriber_.set(zmq::sockopt::linger, 0);
    subscriber_.set(zmq::sockopt::rcvtimeo, kPatienceMs);
    for (const auto* topic : {"room/tea/", "notice/tea/", "tick/"})
      subscriber_.set(zmq::sockopt::subscribe, topic);
    subscriber_.connect(publisher_->endpoint());
    // The last subscription works, and so do those before it.
    EXPECT_EQ(receive().topic, "tick/");
  }

  FeedPacker::Frame receive() {
    zmq::message_t topic;
    zmq::message_t body;
    if (!subscriber_.recv(topic) || !subscriber_.recv(body)) throw std::runtime_error("the feed is silent");
    EXPECT_FALSE(body.more());
    return {topic.to_string(), body.to_string()};
  }
  FeedPacker::Frame receive_no_tick() {
    auto frame = receive();
    while (frame.topic == kTickTopic) frame = receive();
    return frame;
  }
  Tick receive_tick() { return decode_tick(receive().body).value(); }
  static Batch said(Sequence sequence, const std::string& text) {
    return {kEpoch, "tea", sequence, {{{1}, "alice"}}, {{{1}, {1}, text, {1000}}}};
  }

  zmq::context_t context_ = make_context(8);
  AdmittedKeys keys_;
  Zap zap_{context_, Strangers::everywhere, keys_, {}};
  Guard guard_{{}};
  std::optional<Publisher> publisher_{std::in_place, context_,
                                      Publisher::Options{"tcp://127.0.0.1:*", 64, 1000},
                                      [] { return TimeMs{5000}; }, guard_};
  zmq::socket_t subscriber_{context_, zmq::socket_type::sub};
};

TEST(PublishersQueue, counts_what_batches_and_notices_hold) {
  const auto bytes = [](Publisher::Item item) { return Publisher::ItemBytes{}(item); };
  Batch batch{kEpoch, "tea", {1}, {{{1}, "alice"}}, {}};
  for (std::uint32_t column = 1; column <= 16; ++column)
    batch.events.push_back({{1}, {column}, std::string(16'000, 'x'), {1000}});
  EXPECT_GE(bytes(packed(batch)), 256'000U);
  EXPECT_LE(bytes(packed(batch)), 260'000U);
  EXPECT_GE(bytes(Notice{"tea", {1000}, std::vector<NoticeEvent>(1000)}), 1000 * sizeof(NoticeEvent));
}

TEST_F(PublisherTest, sends_batches_and_notices_under_their_topics) {
  publisher_->publish(packed(said({1}, "bonjour")));
  const auto batch = receive_no_tick();
  EXPECT_EQ(batch.topic, "room/tea/");
  EXPECT_EQ(decode_batch(batch.body).value(), said({1}, "bonjour"));
  publisher_->notify({"tea", {1000}, {{NoticeKind::joined, {1}, "alice"}}});
  const auto notice = receive_no_tick();
  EXPECT_EQ(notice.topic, "notice/tea/");
  EXPECT_EQ(decode_notice(notice.body).value().events.at(0).name, "alice");
}

TEST_F(PublisherTest, ticks_once_a_second_with_what_changed) {
  publisher_->publish(packed(said({3}, "bonjour")));
  (void)receive_no_tick();
  const auto tick = receive_tick();
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(tick.epoch, kEpoch);
  EXPECT_EQ(tick.time, TimeMs{5000});
  EXPECT_THAT(tick.heads, ElementsAre(RoomHead{"tea", {3}}));
  const auto next = receive_tick();
  EXPECT_EQ(next.number, tick.number + 1);
  EXPECT_TRUE(next.heads.empty());
  EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds(500));
}

TEST_F(PublisherTest, sends_what_it_took_before_it_ends) {
  for (std::uint64_t i = 1; i <= 50; ++i) publisher_->publish(packed(said({i}, "last words")));
  publisher_.reset();
  std::uint64_t seen = 0;
  while (seen < 50) {
    const auto batch = decode_batch(receive_no_tick().body).value();
    ASSERT_EQ(batch.first.value, seen + 1);
    seen += batch.events.size();
  }
}

}  // namespace
}  // namespace palabre::broker
