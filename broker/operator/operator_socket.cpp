#include "broker/operator/operator_socket.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace palabre::broker {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSocketName = "operator.sock";
constexpr mode_t kOwnerOnly = 0600;
constexpr int kWaitingMax = 8;

std::runtime_error failure(const std::string& what, const fs::path& data_dir, int error = errno) {
  return std::runtime_error("cannot " + what + " " + (data_dir / kSocketName).string() + ": " +
                            std::generic_category().message(error));
}

OwnedDescriptor make_socket() {
  return OwnedDescriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

/// Does `use` with the socket's address. A path may be longer than an address may be, so it is the way
/// through the folder's descriptor.
template <class Use>
int with_address(const fs::path& data_dir, Use use) {
  const OwnedDescriptor folder(::open(data_dir.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return -1;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto path = "/proc/self/fd/" + std::to_string(folder.get()) + "/" + kSocketName;
  std::ranges::copy(path, std::begin(address.sun_path));
  return use(reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(sizeof address));
}

bool is_owner_or_root(int connection) {
  ucred other{};
  socklen_t size = sizeof other;
  if (::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &other, &size) != 0) return false;
  return other.uid == ::geteuid() || other.uid == 0;
}

/// False at the deadline.
bool wait_until(const OwnedDescriptor& descriptor, short events, Deadline deadline) {
  while (true) {
    const auto left = deadline - std::chrono::steady_clock::now();
    const auto timeout = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    if (timeout <= 0) return false;
    pollfd waited{descriptor.get(), events, 0};
    const int ready = ::poll(&waited, 1, static_cast<int>(timeout));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

/// Reads a piece behind `text`. False at the end, at the deadline, or when the connection broke.
bool read_more(const OwnedDescriptor& from, std::string& text, Deadline deadline) {
  std::array<char, 4096> piece{};
  while (wait_until(from, POLLIN, deadline)) {
    const auto count = ::read(from.get(), piece.data(), piece.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count > 0) text.append(piece.data(), static_cast<std::size_t>(count));
    return count > 0;
  }
  return false;
}

}  // namespace

OwnedDescriptor::~OwnedDescriptor() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

OwnedDescriptor listen_for_operator(const fs::path& data_dir) {
  auto socket = make_socket();
  // Before it has a name, so that it never is anybody else's.
  if (!socket || ::fchmod(socket.get(), kOwnerOnly) != 0) throw failure("make", data_dir);
  stop_listening_for_operator(data_dir);
  const int bound = with_address(
      data_dir, [&](const sockaddr* address, socklen_t size) { return ::bind(socket.get(), address, size); });
  if (bound != 0 || ::listen(socket.get(), kWaitingMax) != 0) throw failure("listen on", data_dir);
  return socket;
}

void stop_listening_for_operator(const fs::path& data_dir) {
  std::error_code ignored;
  fs::remove(data_dir / kSocketName, ignored);
}

OwnedDescriptor accept_operator(const OwnedDescriptor& listening) {
  OwnedDescriptor caller(::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!caller || !is_owner_or_root(caller.get())) return OwnedDescriptor();
  return caller;
}

OwnedDescriptor connect_as_operator(const fs::path& data_dir) {
  auto socket = make_socket();
  if (!socket) throw failure("reach", data_dir);
  const int connected = with_address(data_dir, [&](const sockaddr* address, socklen_t size) {
    return ::connect(socket.get(), address, size);
  });
  if (connected == 0) return socket;
  // No socket, or one that a killed broker left.
  if (errno == ENOENT || errno == ECONNREFUSED) return OwnedDescriptor();
  throw failure("reach", data_dir);
}

std::optional<std::string> read_line(const OwnedDescriptor& from, std::size_t bytes_max, Deadline deadline) {
  std::string text;
  while (text.size() <= bytes_max && read_more(from, text, deadline)) {
    const auto end = text.find('\n');
    if (end != std::string::npos && end <= bytes_max) return text.substr(0, end);
  }
  return std::nullopt;
}

std::string read_to_end(const OwnedDescriptor& from, Deadline deadline) {
  std::string text;
  while (read_more(from, text, deadline)) {
  }
  return text;
}

bool write_all(const OwnedDescriptor& to, std::string_view text, Deadline deadline) {
  while (!text.empty()) {
    if (!wait_until(to, POLLOUT, deadline)) return false;
    const auto count = ::send(to.get(), text.data(), text.size(), MSG_NOSIGNAL);
    if (count < 0 && errno != EINTR && errno != EAGAIN) return false;
    if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace palabre::broker
