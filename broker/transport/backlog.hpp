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
    std::uint64_t received;  ///< bytes that the kernel has
    std::uint64_t read;      ///< of these, what libzmq has read
    Intake::Taken taken;
    std::uint64_t turn;
  };
  enum class Verdict : std::uint8_t {
    fine,
    doubtful,  ///< look again when the router had its turn, even if nothing more comes
    too_much,
  };

  /// Of a new connection, which has nothing to do with what was taken from its descriptor before.
  explicit Backlog(const Intake::Taken& before) : before_(before) {}

  [[nodiscard]] bool gave_nothing(const Intake::Taken& taken) const { return taken.frames == before_.frames; }
  [[nodiscard]] bool was_welcomed(const Intake::Taken& taken) const { return taken.hellos != before_.hellos; }
  [[nodiscard]] Verdict judge(const Counts& now, const Allowance& allowance);

 private:
  [[nodiscard]] std::uint64_t untaken(std::uint64_t bytes, const Counts& now) const;
  [[nodiscard]] std::uint64_t memory_of(std::uint64_t bytes, const Counts& now) const;

  const Intake::Taken before_;
  Counts suspected_{};  ///< when the doubt began
  bool is_suspected_ = false;
};

}  // namespace palabre::broker
