#include "broker/session/memory_watch.hpp"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <utility>

namespace palabre::broker {
namespace {

// Giving back locks malloc: at most so small a part of the time.
constexpr int kPauseForGivingBack = 20;
constexpr std::uint64_t kRetryMs = 1000;

std::uint64_t page_bytes() { return static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)); }

/// Without what is only a file's, which the system takes back by itself.
std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  std::uint64_t of_files = 0;
  statm >> size >> resident >> of_files;
  return (resident - std::min(resident, of_files)) * page_bytes();
}

/// The path of this process's group, as the second version of control groups has it: "0::/system.slice/…".
std::filesystem::path control_group(const std::filesystem::path& root) {
  std::ifstream groups(root / "proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    if (line.starts_with("0::/")) return line.substr(4);
  }
  return {};
}

}  // namespace

MemoryWatch::MemoryWatch(std::uint64_t bytes_max, Tell tell, Machine machine)
    : bytes_max_(bytes_max), tell_(std::move(tell)), machine_(std::move(machine)), mark_(bytes_max) {}

MemoryWatch::Machine MemoryWatch::this_machine() {
  return {resident_bytes, [] { ::malloc_trim(0); }};
}

void MemoryWatch::look() {
  auto resident = machine_.resident_bytes();
  const bool was_short = is_short();
  // What is free but was kept is no reason to refuse anything.
  if (was_short || HighMark(bytes_max_).is_over(resident)) resident = after_giving_back(resident);
  const bool is_short = mark_.is_over(resident);
  is_short_.store(is_short, std::memory_order_relaxed);
  if (is_short != was_short && tell_) tell_(is_short, resident);
}

std::uint64_t MemoryWatch::after_giving_back(std::uint64_t resident) {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_giving_back_) return resident;
  machine_.give_back();
  const auto end = std::chrono::steady_clock::now();
  next_giving_back_ = end + kPauseForGivingBack * (end - now);
  return machine_.resident_bytes();
}

Refusal refuse_for_memory() {
  auto refusal = refuse(RefusalCode::busy, "the broker has too little memory left, try again");
  refusal.retry_after_ms = kRetryMs;
  return refusal;
}

std::uint64_t memory_of_machine(const std::filesystem::path& root) {
  auto bytes = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * page_bytes();
  // A group may have less than those around it, and no more.
  for (auto group = control_group(root);; group = group.parent_path()) {
    std::ifstream limit(root / "sys/fs/cgroup" / group / "memory.max");
    if (std::uint64_t most = 0; limit >> most) bytes = std::min(bytes, most);
    if (group.empty()) return bytes;
  }
}

}  // namespace palabre::broker
