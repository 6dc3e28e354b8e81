#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace palabre::broker {

/// Both ends of a connection over loopback.
class TcpPair : public testing::Test {
 protected:
  TcpPair() {
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
  ~TcpPair() override {
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

}  // namespace palabre::broker
