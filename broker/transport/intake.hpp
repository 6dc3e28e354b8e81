#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace palabre::broker {

/// What the router has taken from each descriptor. Written by the router's thread alone, and read by the
/// guard's: counters beside the hot path instead of a lock in it.
class Intake {
 public:
  /// For descriptors below `descriptors`; of others nothing is known.
  explicit Intake(std::size_t descriptors)
      : size_(descriptors), taken_(std::make_unique<Counters[]>(descriptors)) {}

  struct Taken {
    std::uint64_t frames = 0;
    std::uint64_t bytes = 0;   ///< as they came, with what ZeroMQ adds
    std::uint64_t hellos = 0;  ///< that were welcomed
  };
  /// A frame of so many bytes.
  void add(int descriptor, std::uint64_t bytes) {
    if (!knows(descriptor)) return;
    auto& counters = taken_[static_cast<std::size_t>(descriptor)];
    // In this order, so that whoever sees a frame sees its bytes, too.
    raise(counters.bytes, bytes);
    raise(counters.frames, 1);
  }
  void welcome(int descriptor) {
    if (knows(descriptor)) raise(taken_[static_cast<std::size_t>(descriptor)].hellos, 1);
  }
  [[nodiscard]] Taken of(int descriptor) const {
    if (!knows(descriptor)) return {};
    const auto& counters = taken_[static_cast<std::size_t>(descriptor)];
    const auto frames = counters.frames.load(std::memory_order_acquire);
    return {frames, counters.bytes.load(std::memory_order_relaxed),
            counters.hellos.load(std::memory_order_relaxed)};
  }
  [[nodiscard]] bool knows(int descriptor) const {
    return descriptor >= 0 && static_cast<std::size_t>(descriptor) < size_;
  }

  /// The router found nothing more to take, or has taken one message from each connection at least.
  void end_turn() { raise(turns_, 1); }
  /// Whoever had a whole message ready at `turn` has had one taken kTurnsOfAll later.
  [[nodiscard]] std::uint64_t turn() const { return turns_.load(std::memory_order_acquire); }
  static constexpr std::uint64_t kTurnsOfAll = 2;

 private:
  struct Counters {
    std::atomic<std::uint64_t> frames = 0;
    std::atomic<std::uint64_t> bytes = 0;
    std::atomic<std::uint64_t> hellos = 0;
  };
  static void raise(std::atomic<std::uint64_t>& counter, std::uint64_t by) {
    counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_release);
  }

  const std::size_t size_;
  const std::unique_ptr<Counters[]> taken_;
  std::atomic<std::uint64_t> turns_ = 0;
};

/// How many bytes a frame of so many took on the way: its flags and its length, and, under CURVE, a nonce and
/// a seal.
[[nodiscard]] constexpr std::uint64_t bytes_on_the_wire(std::size_t frame, bool is_encrypted) {
  constexpr std::uint64_t kSeal = 33;
  const std::uint64_t body = frame + (is_encrypted ? kSeal : 0);
  return body + (body <= 255 ? 2 : 9);
}

}  // namespace palabre::broker
