#include "tests/client/conversation_fixture.hpp"

namespace palabre {
namespace {

TEST_F(ConversationTest, ends_when_its_key_is_not_admitted_and_says_so) {
  static_cast<void>(come_up());
  conversation.talk_down(now);
  static_cast<void>(act());
  conversation.not_admitted();
  const auto effects = act();
  EXPECT_THAT(link_states(effects), ElementsAre(event::LinkState::refused));
  EXPECT_TRUE(effects.closes_sockets);
  conversation.await_welcome(kCall, now + 5s);
  EXPECT_THAT(act().finished, SizeIs(1)) << "nobody waits for what does not come";
}

/// A client that knows its broker's key.
class TrustingConversation : public ConversationTest {
 protected:
  TrustingConversation()
      : ConversationTest(
            [] {
              auto wanted = options();
              wanted.broker_key_origin = "brokers:2";
              return wanted;
            }(),
            true) {}

  /// How many connections break in the handshake until it gives up.
  unsigned fail_until_refused() {
    for (unsigned failed = 1; failed <= kTooMany; ++failed) {
      conversation.handshake_failed();
      const auto states = link_states(act());
      if (!states.empty() && states.back() == event::LinkState::refused) return failed;
    }
    return kTooMany;
  }

  static constexpr unsigned kTooMany = 99;
};

TEST_F(TrustingConversation, gives_up_when_the_key_is_another_one) { EXPECT_EQ(fail_until_refused(), 3U); }

TEST_F(TrustingConversation, gives_up_later_when_it_was_welcome_before) {
  static_cast<void>(come_up());
  conversation.talk_down(now);
  static_cast<void>(act());
  EXPECT_EQ(fail_until_refused(), 30U);
}

TEST_F(TrustingConversation, counts_only_what_fails_one_after_the_other) {
  for (int i = 0; i < 2; ++i) conversation.handshake_failed();
  conversation.talk_up(now);
  static_cast<void>(act());
  conversation.talk_down(now);
  EXPECT_EQ(fail_until_refused(), 3U);
}

TEST_F(TrustingConversation, gives_up_at_once_where_only_another_key_explains_it) {
  static_cast<void>(come_up());
  conversation.talk_down(now);
  static_cast<void>(act());
  conversation.another_key();
  const auto effects = act();
  EXPECT_THAT(link_states(effects), ElementsAre(event::LinkState::refused));
  EXPECT_TRUE(effects.closes_sockets);
}

TEST_F(ConversationTest, goes_on_trying_where_it_knows_no_key) {
  conversation.another_key();
  for (int i = 0; i < 60; ++i) conversation.handshake_failed();
  EXPECT_THAT(link_states(act()), ElementsAre(event::LinkState::connecting, event::LinkState::connecting))
      << "the second says why, and once is enough";
}

}  // namespace
}  // namespace palabre
