#include "tests/bench/load/connection.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include "tests/bench/load/tally.hpp"

namespace palabre::bench {
namespace {

// As much as stays in a core's own cache: what is read is parsed at once.
constexpr std::size_t kReadBytes = 256 * 1024;

[[noreturn]] void throw_errno(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

Connection::Connection(std::uint16_t port, Role role, Dialogue& dialogue)
    : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), role_(role), dialogue_(dialogue) {
  if (descriptor_ < 0) throw_errno("no socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    ::close(descriptor_);
    errno = error;
    throw_errno("cannot connect to port " + std::to_string(port));
  }
  const int on = 1;
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  dialogue_.begin(*this);
  flush();
}

Connection::~Connection() { ::close(descriptor_); }

bool Connection::flush() {
  std::size_t sent = 0;
  while (sent < out_.size()) {
    const auto count =
        ::send(descriptor_, out_.data() + sent, out_.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) break;
    if (count < 0) throw_errno("the peer has gone");
    sent += static_cast<std::size_t>(count);
  }
  out_.erase(0, sent);
  return out_.empty();
}

std::size_t Connection::receive(std::span<char> buffer, std::uint64_t* read_ns) {
  const std::size_t kept = rest_.size();
  const std::size_t wanted = std::min(kReadBytes, buffer.size() - kept);
  if (wanted == 0) throw std::runtime_error("a message is longer than any should be");
  const auto count = ::recv(descriptor_, buffer.data() + kept, wanted, MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
  if (count < 0) throw_errno("the peer has gone");
  if (count == 0) throw std::runtime_error("the peer closed a connection");
  if (read_ns != nullptr) *read_ns = now_ns();
  std::memcpy(buffer.data(), rest_.data(), kept);
  const std::string_view bytes(buffer.data(), kept + static_cast<std::size_t>(count));
  const std::size_t used = dialogue_.read(*this, bytes);
  rest_.assign(bytes.substr(used));
  return static_cast<std::size_t>(count);
}

}  // namespace palabre::bench
