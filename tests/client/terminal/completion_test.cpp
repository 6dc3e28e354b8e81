#include "client/terminal/completion.hpp"

#include <gmock/gmock.h>

namespace palabre::terminal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Completion, offers_names_by_who_spoke_last) {
  Completion completion;
  for (const auto* name : {"alice", "albert", "bob", "alice"}) completion.heard(name);
  EXPECT_THAT(completion.candidates("al", 0), ElementsAre("alice", "albert"));
  EXPECT_THAT(completion.candidates("hello al", 6), ElementsAre("alice", "albert"));
  EXPECT_THAT(completion.candidates("x", 0), IsEmpty());
}

TEST(Completion, offers_nothing_that_a_terminal_might_act_on) {
  Completion completion;
  completion.heard("al\x1b[2J");
  EXPECT_THAT(completion.candidates("al", 0), IsEmpty());
}

TEST(Completion, offers_commands_at_the_beginning_of_the_line_only) {
  const Completion completion;
  EXPECT_THAT(completion.candidates("/unl", 0), ElementsAre("/unlock"));
  EXPECT_THAT(completion.candidates("see /unl", 4), IsEmpty());
  EXPECT_THAT(completion.candidates("/help unl", 6), ElementsAre("unlock"));
}

TEST(Completion, offers_rooms_to_commands_that_take_one) {
  Completion completion;
  completion.knows_room("tea");
  completion.knows_room("team");
  EXPECT_THAT(completion.candidates("/join te", 6), ElementsAre("tea", "team"));
  EXPECT_THAT(completion.candidates("te", 0), IsEmpty());
}

}  // namespace
}  // namespace palabre::terminal
