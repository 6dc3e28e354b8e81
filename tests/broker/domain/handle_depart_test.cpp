#include <gmock/gmock.h>

#include "tests/broker/domain/domain_fixture.hpp"

#include "tests/support/people.hpp"

namespace palabre::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class Depart : public DomainTest {
 protected:
  Depart() { admit("alice", kDesk); }
};

TEST_F(Depart, answers_a_goodbye) {
  const auto outcome = depart(kAlice, kDesk, {8});
  const auto answers = effects_of<effect::Answer>(outcome);
  ASSERT_THAT(answers, SizeIs(1));
  EXPECT_EQ(answers[0].connection, kDesk);
  EXPECT_EQ(answers[0].request, RequestId{8});
  EXPECT_TRUE(std::holds_alternative<reply::Farewell>(answers[0].reply));
}

TEST_F(Depart, answers_before_the_door_closes) {
  const auto outcome = depart(kAlice, kDesk);
  EXPECT_TRUE(std::holds_alternative<effect::Answer>(outcome.effects.front()));
}

TEST_F(Depart, says_nothing_to_who_vanished) {
  const auto outcome = depart(kAlice, kDesk, RequestId{});
  EXPECT_THAT(effects_of<effect::Answer>(outcome), IsEmpty());
  EXPECT_THAT(effects_of<effect::Departed>(outcome), SizeIs(1));
}

TEST_F(Depart, tells_of_going_with_the_last_connection_only) {
  admit("alice", kPhone);
  const auto first = depart(kAlice, kDesk);
  ASSERT_THAT(effects_of<effect::Departed>(first), SizeIs(1));
  EXPECT_EQ(effects_of<effect::Departed>(first)[0].connection, kDesk);
  EXPECT_FALSE(effects_of<effect::Departed>(first)[0].is_last);
  EXPECT_THAT(notices_in(first), IsEmpty());
  EXPECT_FALSE(first.touched.is_any());

  const auto last = depart(kAlice, kPhone);
  ASSERT_THAT(effects_of<effect::Departed>(last), SizeIs(1));
  EXPECT_TRUE(effects_of<effect::Departed>(last)[0].is_last);
  EXPECT_THAT(notices_in(last), ElementsAre("went alice in lobby"));
  EXPECT_TRUE(last.touched.is_any());
}

TEST_F(Depart, does_no_harm_the_second_time) {
  depart(kAlice, kDesk);
  const auto vanished = depart(kAlice, kDesk, RequestId{});
  EXPECT_THAT(vanished.effects, IsEmpty());
  EXPECT_FALSE(vanished.touched.is_any());
  const auto goodbye = depart(kAlice, kDesk);
  EXPECT_THAT(goodbye.effects, SizeIs(1)) << "a goodbye is always answered";
  EXPECT_NO_THROW((void)answer_in<reply::Farewell>(goodbye));
}

TEST_F(Depart, stores_nothing_and_keeps_memberships) {
  decide(command::Join{{kAlice, kDesk, {1}}, "tea"});
  EXPECT_THAT(depart(kAlice, kDesk).records, IsEmpty());
  EXPECT_TRUE(state_.rooms.is_member(kTea, kAlice));
}

TEST_F(Depart, leaves_nothing_to_ask_for_but_hello) {
  depart(kAlice, kDesk);
  const Origin gone{kAlice, kDesk, {2}};
  state_.matrix.learn(kAlice, kOutbox, {});
  const std::vector<Command> asked{command::Join{gone, "tea"}, command::Leave{gone, "tea"},
                                   command::Post{gone, {"lobby", kOutbox, {1}, {"too late"}}}};
  for (const auto& command : asked) {
    const auto outcome = decide(command);
    EXPECT_EQ(answer_in<Refusal>(outcome).code, RefusalCode::hello_first);
    EXPECT_THAT(outcome.records, IsEmpty());
  }
}

}  // namespace
}  // namespace palabre::broker
