#include "broker/transport/tcp_connection.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

namespace palabre::broker {
namespace {

/// Both ends of a connection over loopback.
class TcpConnectionTest : public testing::Test {
 protected:
  TcpConnectionTest() {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof name;
    auto* address = reinterpret_cast<sockaddr*>(&name);
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    EXPECT_EQ(::bind(listener, address, size), 0);
    EXPECT_EQ(::listen(listener, 1), 0);
    EXPECT_EQ(::getsockname(listener, address, &size), 0);
    port_ = ntohs(name.sin_port);
    EXPECT_EQ(::connect(peer_, address, size), 0);
    ours_ = ::accept(listener, nullptr, nullptr);
    ::close(listener);
  }
  ~TcpConnectionTest() override {
    ::close(peer_);
    ::close(ours_);
  }
  /// Whether the peer's end of the connection has been told of an end, at once.
  bool is_peer_told() const {
    char byte = 0;
    return ::recv(peer_, &byte, 1, MSG_DONTWAIT) == 0 || errno == ECONNRESET;
  }

  int peer_ = ::socket(AF_INET, SOCK_STREAM, 0);
  int ours_ = -1;
  std::uint16_t port_ = 0;
};

TEST_F(TcpConnectionTest, is_found_by_its_descriptor) {
  const auto found = connection_at(ours_);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->port, port_);
  EXPECT_TRUE(is_loopback(found->peer));
  EXPECT_EQ(text_of(found->peer), "127.0.0.1");
  EXPECT_FALSE(connection_at(-1));
  EXPECT_FALSE(connection_at(STDIN_FILENO));
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
