#pragma once

#include <span>
#include <vector>

#include "broker/transport/tcp_connection.hpp"

struct sock_filter;

namespace palabre::broker {

/// Has the kernel drop, unanswered, what certain addresses send to our listening sockets: who knocks there
/// costs neither a descriptor nor libzmq's time, and waits for the answer to his SYN until he is let in
/// again. A classic BPF program, which needs no privilege. Where the kernel takes none, everybody is let in.
class ListenFilter {
 public:
  /// So many fit: each costs the kernel a comparison for every packet to a listening socket.
  static constexpr std::size_t kAddressesMax = 256;

  /// A socket that listens, from now on.
  void add(int listening_descriptor) { listening_.push_back(listening_descriptor); }
  /// Drops what comes from the first kAddressesMax of these addresses, and from no others.
  void drop(std::span<const PeerAddress> addresses) const;

  /// A connection that was accepted inherits the program of its time; it is let go on without.
  static void spare(const TcpConnection& accepted);

 private:
  std::vector<int> listening_;
};

/// The program, for packets as a TCP socket sees them: it reads the address from the IP header.
[[nodiscard]] std::vector<sock_filter> program_that_drops(std::span<const PeerAddress> addresses);

}  // namespace palabre::broker
