#pragma once

#include <string>

#include "client/client.hpp"

/// The statuses that the program `palabre` ends with. Scripts rely on them.
namespace palabre {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;  ///< or refused
inline constexpr int kUsage = 2;
inline constexpr int kUnreachable = 3;
inline constexpr int kNotAllowed = 4;
inline constexpr int kTimedOut = 5;
inline constexpr int kUnacknowledged = 6;  ///< sent, and unknown whether it is stored
inline constexpr int kInterrupted = 130;

[[nodiscard]] int status_of(const Refusal& refusal);
[[nodiscard]] int status_of(const Problem& problem);
/// One sentence for people.
[[nodiscard]] std::string sentence_of(const Problem& problem);

}  // namespace palabre
