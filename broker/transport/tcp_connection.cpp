#include "broker/transport/tcp_connection.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace palabre::broker {
namespace {

constexpr std::array<std::uint8_t, 12> kFourInSix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::optional<std::uint64_t> cookie_of(int descriptor) {
  std::uint64_t cookie = 0;
  socklen_t size = sizeof cookie;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_COOKIE, &cookie, &size) != 0) return std::nullopt;
  return cookie;
}

struct Place {
  PeerAddress address{};
  std::uint16_t port = 0;
};

std::optional<Place> place_in(const sockaddr_storage& name) {
  Place place;
  if (name.ss_family == AF_INET) {
    sockaddr_in four{};
    std::memcpy(&four, &name, sizeof four);
    std::ranges::copy(kFourInSix, place.address.begin());
    std::memcpy(place.address.data() + kFourInSix.size(), &four.sin_addr, sizeof four.sin_addr);
    place.port = ntohs(four.sin_port);
    return place;
  }
  if (name.ss_family != AF_INET6) return std::nullopt;
  sockaddr_in6 six{};
  std::memcpy(&six, &name, sizeof six);
  std::memcpy(place.address.data(), &six.sin6_addr, place.address.size());
  place.port = ntohs(six.sin6_port);
  return place;
}

template <class Ask>
std::optional<Place> place(int descriptor, Ask ask) {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  if (ask(descriptor, reinterpret_cast<sockaddr*>(&name), &size) != 0) return std::nullopt;
  return place_in(name);
}

tcp_info told_by(int descriptor) {
  tcp_info told{};
  socklen_t size = sizeof told;
  return ::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &told, &size) == 0 ? told : tcp_info{};
}

// What the kernel holds already, some megabytes at most, would otherwise still be read and paid for.
void discard_unread(int descriptor) {
  constexpr std::size_t kPiece = 1024 * 1024;
  while (::recv(descriptor, nullptr, kPiece, MSG_TRUNC | MSG_DONTWAIT) > 0) {
  }
}

}  // namespace

bool is_four_in_six(const PeerAddress& address) {
  return std::equal(kFourInSix.begin(), kFourInSix.end(), address.begin());
}

bool is_loopback(const PeerAddress& address) {
  if (is_four_in_six(address)) return address[kFourInSix.size()] == 127;
  PeerAddress loopback{};
  loopback.back() = 1;
  return address == loopback;
}

std::string text_of(const PeerAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool is_four = is_four_in_six(address);
  const auto* bytes = address.data() + (is_four ? kFourInSix.size() : 0);
  ::inet_ntop(is_four ? AF_INET : AF_INET6, bytes, text.data(), text.size());
  return text.data();
}

std::optional<PeerAddress> read_address(const std::string& text) {
  PeerAddress address{};
  if (::inet_pton(AF_INET6, text.c_str(), address.data()) == 1) return address;
  std::ranges::copy(kFourInSix, address.begin());
  if (::inet_pton(AF_INET, text.c_str(), address.data() + kFourInSix.size()) == 1) return address;
  return std::nullopt;
}

std::optional<TcpConnection> connection_at(int descriptor) {
  const auto cookie = cookie_of(descriptor);
  const auto ours = place(descriptor, ::getsockname);
  const auto peer = place(descriptor, ::getpeername);
  // Asked for twice: between the questions the descriptor may have changed hands.
  if (!cookie || !ours || !peer || cookie_of(descriptor) != cookie) return std::nullopt;
  return TcpConnection{descriptor, *cookie, ours->port, peer->address};
}

std::uint64_t bytes_received(int descriptor) { return told_by(descriptor).tcpi_bytes_received; }

std::uint64_t bytes_acknowledged(int descriptor) { return told_by(descriptor).tcpi_bytes_acked; }

std::uint64_t bytes_unread(int descriptor) {
  int unread = 0;
  return ::ioctl(descriptor, FIONREAD, &unread) == 0 ? static_cast<std::uint64_t>(unread) : 0;
}

void shut_down(const TcpConnection& connection) {
  // A descriptor of our own cannot change hands between the look at the cookie and the end.
  const int own = ::fcntl(connection.descriptor, F_DUPFD_CLOEXEC, 0);
  if (own < 0) return;
  if (cookie_of(own) == connection.cookie) {
    // With a reset, not a farewell: what still waits on either side is thrown away at once.
    const linger none{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(own, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    ::shutdown(own, SHUT_RDWR);
    discard_unread(own);
  }
  ::close(own);
}

}  // namespace palabre::broker
