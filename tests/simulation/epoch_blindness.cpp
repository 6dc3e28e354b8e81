#include "tests/simulation/epoch_blindness.hpp"

#include <variant>

#include "schema/codec.hpp"
#include "schema/frames.hpp"

namespace palabre::broker::simulation {

Bytes reply_of_epoch(const Bytes& frame, const Epoch& epoch) {
  auto decoded = decode_reply(frame).value();
  std::visit(
      [&]<class Kind>(Kind& reply) {
        if constexpr (requires { reply.epoch; }) reply.epoch = epoch;
        if constexpr (requires { reply.batch.epoch; }) reply.batch.epoch = epoch;
      },
      decoded.body);
  return encode(decoded.id, decoded.body);
}

Bytes feed_of_epoch(const FeedNetwork::Frame& frame, const Epoch& epoch) {
  if (frame.topic == kTickTopic) {
    auto tick = decode_tick(frame.body).value();
    tick.epoch = epoch;
    return encode(tick);
  }
  if (!frame.topic.starts_with("room/")) return frame.body;
  auto batch = decode_batch(frame.body).value();
  batch.epoch = epoch;
  return encode(batch);
}

}  // namespace palabre::broker::simulation
