#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace palabre::broker {

/// A numeric address as the kernel has it, IPv4 ones in their IPv6 form, so that one machine is one key.
using PeerAddress = std::array<std::uint8_t, 16>;

/// Whether it is of IPv4.
[[nodiscard]] bool is_four_in_six(const PeerAddress& address);
[[nodiscard]] bool is_loopback(const PeerAddress& address);
[[nodiscard]] std::string text_of(const PeerAddress& address);
/// Nothing when `text` is no numeric address.
[[nodiscard]] std::optional<PeerAddress> read_address(const std::string& text);

/// An accepted TCP connection that belongs to libzmq, which may close it at any moment; the descriptor then
/// soon belongs to somebody else. The cookie never does: the kernel gives each socket its own.
struct TcpConnection {
  int descriptor;
  std::uint64_t cookie;
  std::uint16_t port;  ///< ours, where it came in
  PeerAddress peer;
};

/// Whatever connection has that descriptor now; nothing when it is none.
[[nodiscard]] std::optional<TcpConnection> connection_at(int descriptor);

/// What the kernel counted; zero when the descriptor says nothing.
[[nodiscard]] std::uint64_t bytes_received(int descriptor);      ///< from the peer since it connected
[[nodiscard]] std::uint64_t bytes_unread(int descriptor);        ///< of these, what libzmq has not read yet
[[nodiscard]] std::uint64_t bytes_acknowledged(int descriptor);  ///< sent by us, and arrived

/// Ends the connection in both directions, unless the descriptor has come to belong to another one; libzmq
/// notices and forgets it. There is no call of libzmq for this.
void shut_down(const TcpConnection& connection);

}  // namespace palabre::broker
