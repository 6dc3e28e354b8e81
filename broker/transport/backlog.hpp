#pragma once

#include <cstdint>

#include "broker/transport/intake.hpp"

namespace palabre::broker {

/// What one talk connection has sent and the router has not taken, because it lacks an end or because others
/// came first; libzmq keeps it without a bound. Pure: it is told what the kernel and the router have counted.
class Backlog {
 public:
  struct Allowance {
    std::uint64_t unfinished;  ///< bytes of a message that does not end
    std::uint64_t memory;      ///< what whole messages may take while they wait for the router, roughly
  };
  struct Counts {
    std::uint64_t read;  ///< bytes that libzmq has read
    Intake::Taken taken;
    std::uint64_t turn;
  };
  enum class Verdict : std::uint8_t {
    fine,
    doubtful,  ///< look again when the router had its turn, even if nothing more comes
    too_much,
  };

  /// Counts from here on: what was under way before is not known, and forgiven.
  explicit Backlog(const Counts& start) : start_(start), suspected_(start) {}

  [[nodiscard]] Verdict judge(const Counts& now, const Allowance& allowance);

 private:
  [[nodiscard]] std::uint64_t waiting(const Counts& now) const;
  [[nodiscard]] std::uint64_t memory_of(std::uint64_t bytes, const Counts& now) const;

  const Counts start_;
  Counts suspected_;  ///< when the doubt began
  bool is_suspected_ = false;
};

}  // namespace palabre::broker
