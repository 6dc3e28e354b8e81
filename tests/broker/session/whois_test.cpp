#include "tests/broker/session/session_fixture.hpp"

namespace palabre::broker {
namespace {

class WhoisTest : public SessionTest {
 protected:
  template <class Answer>
  Answer read(const request::Whois& wanted) const {
    return std::get<Answer>(reads_.reply_to(kAlice, wanted));
  }
};

TEST_F(WhoisTest, says_by_which_key_somebody_is_known) {
  const CurveKey key(kKeyBytes, 'k');
  auto state = restore({"0123456789abcdef",
                        {},
                        {{kAlice, "alice", {"a"}, {}}, {kBob, "bob", {{}, key}, {}}},
                        {{kLobby, "lobby", {}, {kAlice, kBob}}}});
  state.roster.connect(kBob, kDesk);
  show(state);
  const auto bob = read<reply::Whois>(request::Whois{"bob"});
  EXPECT_EQ(bob.client, kBob);
  EXPECT_EQ(bob.name, "bob");
  EXPECT_TRUE(bob.is_online);
  EXPECT_EQ(bob.key, key);
  const auto alice = read<reply::Whois>(request::Whois{"alice"});
  EXPECT_FALSE(alice.is_online);
  EXPECT_TRUE(alice.key.empty());
  EXPECT_EQ(read<Refusal>(request::Whois{"carol"}).code, RefusalCode::no_such_client);
}

}  // namespace
}  // namespace palabre::broker
