// Loaded before libc: one pwrite in some dozen writes only a part of what it was given, as a nearly full disk
// or a signal may make it do. The caller must go on from there.

#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace {

constexpr std::uint64_t kOneIn = 13;

std::size_t part_of(std::size_t count) {
  static std::atomic<std::uint64_t> calls = 0;
  const auto call = ++calls;
  if (count < 2 || call % kOneIn != 0) return count;
  return call % 2 == 0 ? 1 : count / 2;
}

}  // namespace

extern "C" ssize_t pwrite64(int descriptor, const void* bytes, size_t count, off64_t offset) {
  return syscall(SYS_pwrite64, descriptor, bytes, part_of(count), offset);
}

extern "C" ssize_t pwrite(int descriptor, const void* bytes, size_t count, off_t offset) {
  return pwrite64(descriptor, bytes, count, offset);
}
