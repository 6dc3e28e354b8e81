#include "tests/broker/session/session_fixture.hpp"

namespace palabre::broker {
namespace {

constexpr RoomNumber kDirect{3};

/// Alice, whom the operator calls alicia now, and a direct room of hers and Bob's, asked about by Bob.
class FormerNamesTest : public SessionTest {
 protected:
  FormerNamesTest() {
    const std::vector<Record> made{record::RoomMade{kDirect, "@1-2", kAlice, {}}};
    EXPECT_EQ(archive_.commit(made), CommitResult::committed);
    auto state = restore(archive_.load());
    for (const auto client : {kAlice, kBob}) state.rooms.join(kDirect, client);
    state.roster.rename(kAlice, "alicia");
    show(state);
  }
  template <class Answer, class Read>
  Answer read(const Read& wanted) const {
    return std::get<Answer>(reads_.reply_to(kBob, wanted));
  }
};

TEST_F(FormerNamesTest, find_somebody_who_is_said_to_have_the_present_one) {
  for (const auto* name : {"alice", "alicia"}) {
    const auto found = read<reply::Whois>(request::Whois{name});
    EXPECT_EQ(found.client, kAlice);
    EXPECT_EQ(found.name, "alicia");
  }
}

TEST_F(FormerNamesTest, find_a_direct_room_whose_page_says_the_present_one) {
  for (const auto* room : {"@alice", "@alicia"})
    EXPECT_EQ(read<reply::Page>(request::History{room, Sequence{1}, {}, 9}).batch.room, "@alicia");
  EXPECT_EQ(read<reply::Heads>(request::Heads{}).rooms.back().room, "@alicia");
  EXPECT_EQ(read<Refusal>(request::History{"@bob", Sequence{1}, {}, 9}).code, RefusalCode::no_such_room);
}

}  // namespace
}  // namespace palabre::broker
