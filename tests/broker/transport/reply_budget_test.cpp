#include "broker/transport/reply_budget.hpp"

#include <fcntl.h>

#include <string>

#include "tests/broker/transport/tcp_pair.hpp"
#include "tests/support/collected.hpp"

namespace palabre::broker {
namespace {

constexpr std::uint64_t kBytesMax = 100'000;
constexpr ConnectionId kThere{7};

class ReplyBudgetTest : public TcpPair {
 protected:
  ReplyBudgetTest() { budget_.open(kThere, ours_); }

  /// As libzmq would: what was sent leaves, and the peer's machine takes it.
  void deliver(std::size_t bytes) const {
    const std::string reply(bytes, 'x');
    ASSERT_EQ(::send(ours_, reply.data(), reply.size(), MSG_DONTWAIT), static_cast<ssize_t>(bytes));
  }

  ReplyBudget budget_{kBytesMax};
};

TEST_F(ReplyBudgetTest, has_room_for_who_is_not_known) { EXPECT_TRUE(budget_.has_room(ConnectionId{8})); }

TEST_F(ReplyBudgetTest, has_none_for_who_does_not_read) {
  budget_.sent(kThere, kBytesMax - 1);
  EXPECT_TRUE(budget_.has_room(kThere));
  budget_.sent(kThere, 1);
  EXPECT_FALSE(budget_.has_room(kThere));
}

TEST_F(ReplyBudgetTest, has_room_again_when_it_has_arrived) {
  for (int reply = 0; reply < 20; ++reply) {
    budget_.sent(kThere, kBytesMax);
    ASSERT_FALSE(budget_.has_room(kThere));
    for (std::size_t sent = 0; sent < kBytesMax; sent += kBytesMax / 10) deliver(kBytesMax / 10);
    std::string read(kBytesMax, '\0');
    ASSERT_EQ(::recv(peer_, read.data(), read.size(), MSG_WAITALL), static_cast<ssize_t>(kBytesMax));
    EXPECT_TRUE(eventually([this] { return budget_.has_room(kThere); }));
  }
}

TEST_F(ReplyBudgetTest, begins_anew_with_a_new_connection) {
  budget_.sent(kThere, kBytesMax);
  budget_.close(kThere);
  EXPECT_TRUE(budget_.has_room(kThere));
  budget_.open(kThere, ours_);
  EXPECT_TRUE(budget_.has_room(kThere));
}

}  // namespace
}  // namespace palabre::broker
