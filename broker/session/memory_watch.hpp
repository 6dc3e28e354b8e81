#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

#include "broker/session/high_mark.hpp"
#include "broker/threads/moment.hpp"
#include "schema/refusal.hpp"

namespace palabre::broker {

/// Whether the process has more memory than it may. Then whatever makes it grow is refused: newcomers, posts,
/// and reads of stored messages; what was taken before is served. One thread looks, any may ask.
class MemoryWatch {
 public:
  struct Machine {
    std::function<std::uint64_t()> resident_bytes;
    std::function<void()> give_back;  ///< to the system, what is free and kept
  };
  /// Hears, on the thread that looks, when it begins and when it is over.
  using Tell = std::function<void(bool is_short, std::uint64_t resident_bytes)>;

  /// 0 bytes: any number.
  explicit MemoryWatch(std::uint64_t bytes_max = 0, Tell tell = {}, Machine machine = this_machine());

  /// To be called a few times a second.
  void look();
  [[nodiscard]] bool is_short() const { return is_short_.load(std::memory_order_relaxed); }
  [[nodiscard]] bool is_on() const { return bytes_max_ > 0; }

 private:
  [[nodiscard]] static Machine this_machine();
  [[nodiscard]] std::uint64_t after_giving_back(std::uint64_t resident);

  const std::uint64_t bytes_max_;
  const Tell tell_;
  const Machine machine_;
  HighMark mark_;
  Moment next_giving_back_{};
  std::atomic<bool> is_short_ = false;
};

/// `busy`, for somewhat longer than when a queue is full.
[[nodiscard]] Refusal refuse_for_memory();

/// What this process may have of memory at all: the machine's, or less when a control group says so. `root`
/// is where the system keeps its files.
[[nodiscard]] std::uint64_t memory_of_machine(const std::filesystem::path& root = "/");

}  // namespace palabre::broker
