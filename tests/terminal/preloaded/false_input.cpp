// Loaded before libc: whenever poll finds a signal, it says that there is input, too, though there is none. A
// terminal may do so for a moment while it handles Ctrl-c and throws away what was typed.

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <span>
#include <string>
#include <string_view>

namespace {

bool is_signal(const pollfd& waiting) {
  if (waiting.fd < 0 || waiting.revents == 0) return false;
  std::array<char, 64> what{};
  const auto link = "/proc/self/fd/" + std::to_string(waiting.fd);
  const auto length = ::readlink(link.c_str(), what.data(), what.size());
  return length > 0 &&
         std::string_view(what.data(), static_cast<std::size_t>(length)) == "anon_inode:[signalfd]";
}

}  // namespace

extern "C" int poll(pollfd* descriptors, nfds_t count, int timeout_ms) {
  const timespec timeout{.tv_sec = timeout_ms / 1000, .tv_nsec = timeout_ms % 1000 * 1'000'000L};
  const auto ready = static_cast<int>(
      syscall(SYS_ppoll, descriptors, count, timeout_ms < 0 ? nullptr : &timeout, nullptr, 0));
  const std::span all(descriptors, count);
  if (ready > 0 && std::ranges::any_of(all, is_signal)) {
    for (auto& waiting : all) {
      if (waiting.fd == STDIN_FILENO) waiting.revents |= POLLIN;
    }
  }
  return ready;
}
