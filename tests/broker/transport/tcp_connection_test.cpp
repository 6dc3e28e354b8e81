#include "broker/transport/tcp_connection.hpp"

#include "tests/broker/transport/tcp_pair.hpp"

namespace palabre::broker {
namespace {

using TcpConnectionTest = TcpPair;

TEST_F(TcpConnectionTest, is_found_by_its_descriptor) {
  const auto found = connection_at(ours_);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->port, port_);
  EXPECT_TRUE(is_loopback(found->peer));
  EXPECT_EQ(text_of(found->peer), "127.0.0.1");
  EXPECT_FALSE(connection_at(-1));
  EXPECT_FALSE(connection_at(STDIN_FILENO));
}

TEST(PeerAddress, is_read_as_it_is_written) {
  for (const char* text : {"127.0.0.1", "10.1.2.3", "::1", "fe80::1:2"}) {
    const auto address = read_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(text_of(*address), text);
  }
  EXPECT_EQ(read_address("::ffff:10.1.2.3"), read_address("10.1.2.3"));
  for (const char* text : {"", "localhost", "10.1.2", "10.1.2.3:80"})
    EXPECT_FALSE(read_address(text)) << text;
}

TEST_F(TcpConnectionTest, counts_what_came_and_what_nobody_read) {
  ASSERT_EQ(::send(peer_, "bonjour", 7, 0), 7);
  char letters[3];
  ASSERT_EQ(::recv(ours_, letters, 3, MSG_WAITALL), 3);
  EXPECT_EQ(bytes_received(ours_), 7U);
  EXPECT_EQ(bytes_unread(ours_), 4U);
}

TEST_F(TcpConnectionTest, is_shut_down) {
  shut_down(connection_at(ours_).value());
  EXPECT_TRUE(is_peer_told());
}

TEST_F(TcpConnectionTest, leaves_nothing_to_read_when_it_is_shut_down) {
  ASSERT_EQ(::send(peer_, "bonjour", 7, 0), 7);
  shut_down(connection_at(ours_).value());
  EXPECT_EQ(bytes_unread(ours_), 0U);
}

TEST_F(TcpConnectionTest, is_left_alone_when_the_descriptor_was_anothers) {
  auto another = connection_at(ours_).value();
  ++another.cookie;
  shut_down(another);
  EXPECT_FALSE(is_peer_told());
}

}  // namespace
}  // namespace palabre::broker
