#pragma once

/// The statuses that the program `palabred` ends with. Scripts rely on them.
namespace palabre::broker {

inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;

}  // namespace palabre::broker
