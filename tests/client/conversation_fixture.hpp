#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "client/conversation.hpp"
#include "schema/codec.hpp"
#include "schema/frames.hpp"
#include "tests/client/samples.hpp"

namespace palabre {

using namespace palabre::samples;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

inline constexpr CallNumber kCall{1};

/// Plays the sockets and the broker for one Conversation, with a clock that the test sets.
class ConversationTest : public ::testing::Test {
 protected:
  explicit ConversationTest(ClientOptions wanted = options(), bool is_encrypted = false)
      : conversation({.client = std::move(wanted), .seed = 1, .is_encrypted = is_encrypted}) {}

  struct Asked {
    RequestId id;
    Request request;
  };

  /// Lets the conversation act and reads what it wants sent.
  Effects act() {
    conversation.advance(now);
    EXPECT_TRUE(conversation.is_over() || conversation.wake_at(now) > now) << "the link's thread would spin";
    auto effects = conversation.take_effects();
    for (const auto& frame : effects.frames) {
      auto decoded = decode_request(frame);
      asked.push_back({decoded.id, std::move(decoded.body.value())});
    }
    return effects;
  }

  /// The last request of a kind; a failure when there was none.
  template <class Kind>
  Asked last() const {
    for (auto it = asked.rbegin(); it != asked.rend(); ++it) {
      if (std::holds_alternative<Kind>(it->request)) return *it;
    }
    ADD_FAILURE() << "never asked";
    return {};
  }

  template <class Kind>
  Asked first() const {
    for (const auto& one : asked) {
      if (std::holds_alternative<Kind>(one.request)) return one;
    }
    ADD_FAILURE() << "never asked";
    return {};
  }

  template <class Kind>
  int count() const {
    int found = 0;
    for (const auto& one : asked) found += std::holds_alternative<Kind>(one.request) ? 1 : 0;
    return found;
  }

  Effects reply_to(RequestId id, const Reply& reply) {
    conversation.take_talk(encode(id, reply), now);
    return act();
  }

  reply::Welcome welcome_with(std::vector<RoomHead> rooms) const {
    reply::Welcome welcome;
    welcome.client = ClientNumber{3};
    welcome.name = called;
    welcome.epoch = kEpoch;
    welcome.feed_port = 8421;
    welcome.heartbeat_ms = 10'000;
    welcome.time = TimeMs{1};
    welcome.rooms = std::move(rooms);
    return welcome;
  }

  Effects come_up(std::vector<RoomHead> rooms = {{"lobby", Sequence{4}}}) {
    conversation.talk_up(now);
    static_cast<void>(act());
    return reply_to(last<request::Hello>().id, welcome_with(std::move(rooms)));
  }

  Effects feed(std::string_view topic, const Bytes& body) {
    conversation.take_feed(topic, body, now);
    return act();
  }

  Effects wait_for(Milliseconds time) {
    now += time;
    return act();
  }

  static std::vector<event::LinkState> link_states(const Effects& effects) {
    std::vector<event::LinkState> states;
    for (const auto& link : only<event::Link>(effects.events)) states.push_back(link.state);
    return states;
  }

  static ClientOptions options() {
    return {
        .server = "tcp://broker:8420", .name = "alice", .token = std::string(32, 't'), .wants_notices = true};
  }

  /// What nobody asked for.
  Effects told(const Reply& what) { return reply_to(RequestId{}, what); }

  Moment now = kStart;
  std::string called = "alice";  ///< what the broker calls us
  std::vector<Asked> asked;
  Conversation conversation;
};

}  // namespace palabre
