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

}  // namespace
}  // namespace palabre
