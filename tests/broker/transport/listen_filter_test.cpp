#include "broker/transport/listen_filter.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "tests/support/collected.hpp"

namespace palabre::broker {
namespace {

using namespace std::chrono_literals;

class Socket {
 public:
  explicit Socket(int family) : descriptor_(::socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0)) {}
  ~Socket() { ::close(descriptor_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  [[nodiscard]] int descriptor() const { return descriptor_; }

  [[nodiscard]] bool is_writable_within(std::chrono::milliseconds patience) const {
    pollfd item{descriptor_, POLLOUT, 0};
    return ::poll(&item, 1, static_cast<int>(patience.count())) == 1 && (item.revents & POLLERR) == 0;
  }

 private:
  int descriptor_;
};

/// A socket that listens, and one that knocks there, in either family.
template <class Address>
struct ListeningDoor {
  static constexpr int kFamily = std::is_same_v<Address, sockaddr_in> ? AF_INET : AF_INET6;

  ListeningDoor() {
    auto here = address("");
    (void)::bind(listening.descriptor(), reinterpret_cast<sockaddr*>(&here), sizeof here);
    (void)::listen(listening.descriptor(), 8);
    socklen_t size = sizeof bound;
    (void)::getsockname(listening.descriptor(), reinterpret_cast<sockaddr*>(&bound), &size);
  }

  static Address address(const std::string& text) {
    Address address{};
    if constexpr (kFamily == AF_INET) {
      address = {AF_INET, 0, {htonl(INADDR_LOOPBACK)}, {}};
      if (!text.empty()) ::inet_pton(AF_INET, text.c_str(), &address.sin_addr);
    } else {
      address.sin6_family = AF_INET6;
      ::inet_pton(AF_INET6, text.empty() ? "::1" : text.c_str(), &address.sin6_addr);
    }
    return address;
  }

  /// Knocks from there; connected when the kernel lets it.
  [[nodiscard]] std::unique_ptr<Socket> knock(const std::string& from) const {
    auto socket = std::make_unique<Socket>(kFamily);
    auto source = address(from);
    (void)::bind(socket->descriptor(), reinterpret_cast<sockaddr*>(&source), sizeof source);
    (void)::connect(socket->descriptor(), reinterpret_cast<const sockaddr*>(&bound), sizeof bound);
    return socket;
  }

  Socket listening{kFamily};
  Address bound{};
};

ListenFilter filter_of(const Socket& listening) {
  ListenFilter filter;
  filter.add(listening.descriptor());
  return filter;
}

/// What the kernel would do with it, of the instructions that our programs have.
std::uint32_t run(const std::vector<sock_filter>& program, std::string_view network_header) {
  const auto byte_at = [&](std::uint32_t offset) {
    return static_cast<std::uint8_t>(network_header.at(offset - static_cast<std::uint32_t>(SKF_NET_OFF)));
  };
  std::uint32_t loaded = 0;
  for (std::size_t at = 0; at < program.size(); ++at) {
    const auto& [code, if_true, if_false, k] = program[at];
    switch (code) {
      case BPF_LD | BPF_B | BPF_ABS: loaded = byte_at(k); break;
      case BPF_LD | BPF_W | BPF_ABS:
        for (std::uint32_t i = 0; i < 4; ++i) loaded = loaded << 8U | byte_at(k + i);
        break;
      case BPF_ALU | BPF_RSH | BPF_K: loaded >>= k; break;
      case BPF_JMP | BPF_JEQ | BPF_K: at += loaded == k ? if_true : if_false; break;
      case BPF_JMP | BPF_JA: at += k; break;
      case BPF_RET | BPF_K: return k;
      default: throw std::logic_error("an instruction that our programs do not have");
    }
  }
  throw std::logic_error("a program without an end");
}

/// The IP header of a packet between two, as far as it matters.
std::string packet(const PeerAddress& source, const PeerAddress& destination) {
  const bool is_four = is_four_in_six(source);
  std::string header = is_four ? std::string(12, '\x45') : std::string(8, '\x60');
  const std::size_t begin = is_four ? 12 : 0;
  for (const auto* address : {&source, &destination}) header.append(address->begin() + begin, address->end());
  return header;
}

PeerAddress address(const std::string& text) { return read_address(text).value(); }

TEST(ListenFilter, drops_who_is_named_and_nobody_else) {
  const ListeningDoor<sockaddr_in> door;
  const auto filter = filter_of(door.listening);
  const std::vector<PeerAddress> dropped{address("127.0.0.7"), address("127.0.0.9"), address("::1")};
  filter.drop(dropped);
  EXPECT_FALSE(door.knock("127.0.0.7")->is_writable_within(100ms));
  EXPECT_FALSE(door.knock("127.0.0.9")->is_writable_within(100ms));
  EXPECT_TRUE(door.knock("127.0.0.8")->is_writable_within(10s));
}

TEST(ListenFilter, lets_in_who_waits_when_it_drops_him_no_longer) {
  const ListeningDoor<sockaddr_in> door;
  const auto filter = filter_of(door.listening);
  filter.drop(std::vector{address("127.0.0.9")});
  const auto waiting = door.knock("127.0.0.9");
  EXPECT_FALSE(waiting->is_writable_within(100ms));
  filter.drop({});
  EXPECT_TRUE(waiting->is_writable_within(10s));
}

TEST(ListenFilter, knows_the_other_kind_of_address) {
  const ListeningDoor<sockaddr_in6> door;
  if (door.bound.sin6_port == 0) GTEST_SKIP() << "skipped: this machine has no ::1";
  const auto filter = filter_of(door.listening);
  filter.drop(std::vector{address("::2"), address("fe80::1"), address("127.0.0.1")});
  EXPECT_TRUE(door.knock("::1")->is_writable_within(10s));
  filter.drop(std::vector{address("::2"), address("::1")});
  EXPECT_FALSE(door.knock("::1")->is_writable_within(100ms));
}

TEST(ListenFilter, asks_where_a_packet_comes_from_and_not_where_it_goes) {
  const auto four = address("10.0.0.7");
  const auto six = address("fd00:1234:5678:9abc:def0:1:2:3");
  const auto program = program_that_drops(std::vector{address("10.0.0.9"), four, address("fd00::1"), six});
  for (const auto& [named, other] :
       {std::pair(four, address("10.0.0.8")), std::pair(six, address("fd00:1234:5678:9abc:def0:1:2:4"))}) {
    EXPECT_EQ(run(program, packet(named, other)), 0U);
    EXPECT_NE(run(program, packet(other, named)), 0U);
    EXPECT_NE(run(program, packet(other, other)), 0U);
  }
}

TEST(ListenFilter, takes_as_many_as_it_says) {
  const ListeningDoor<sockaddr_in> door;
  const auto filter = filter_of(door.listening);
  std::vector<PeerAddress> many(ListenFilter::kAddressesMax - 1, address("fe80::1"));
  many.push_back(address("127.0.0.9"));
  many.push_back(address("127.0.0.8"));
  filter.drop(many);
  EXPECT_FALSE(door.knock("127.0.0.9")->is_writable_within(100ms));
  EXPECT_TRUE(door.knock("127.0.0.8")->is_writable_within(10s)) << "one too many is not named";
}

TEST(ListenFilter, spares_who_was_let_in_before) {
  const ListeningDoor<sockaddr_in> door;
  const auto filter = filter_of(door.listening);
  filter.drop(std::vector{address("127.0.0.9")});
  const auto peer = door.knock("127.0.0.8");
  ASSERT_TRUE(peer->is_writable_within(10s));
  int accepted = -1;
  ASSERT_TRUE(
      eventually([&] { return (accepted = ::accept(door.listening.descriptor(), nullptr, nullptr)) >= 0; }));
  int nothing = 0;
  const auto detach = [&] {
    return ::setsockopt(accepted, SOL_SOCKET, SO_DETACH_FILTER, &nothing, sizeof nothing);
  };
  ListenFilter::spare(connection_at(accepted).value());
  EXPECT_EQ(detach(), -1) << "there is none any more";
  EXPECT_EQ(errno, ENOENT);
  ::close(accepted);
}

}  // namespace
}  // namespace palabre::broker
