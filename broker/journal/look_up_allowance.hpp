#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <optional>

#include "broker/domain/connection.hpp"
#include "broker/threads/moment.hpp"

namespace palabre::broker {

/// How much of the recorder's processor time each client has had for looking up what was stored before: 20 ms
/// at once, and a fiftieth of the time. What a look takes is known only afterwards, so one passes whenever
/// something is left, and what it takes beyond that is owed. Time, not looks: one look may read four bytes or
/// a segment of 350 KiB. Pure.
class LookUpAllowance {
 public:
  using Duration = std::chrono::steady_clock::duration;

  /// Nothing when the client may have something looked up; else after how long it may, at least a
  /// millisecond.
  [[nodiscard]] std::optional<std::chrono::milliseconds> wait_of(ClientNumber client, Moment now) const {
    const auto found = accounts_.find(client);
    if (found == accounts_.end()) return std::nullopt;
    const auto over = left_of(found->second, now) - kAtOnce;
    if (over <= Duration::zero()) return std::nullopt;
    return std::chrono::floor<std::chrono::milliseconds>(over * kShare) + std::chrono::milliseconds(1);
  }

  /// A look for the client took so long.
  void spent(ClientNumber client, Duration time, Moment now) {
    auto& account = accounts_[client];
    account = {std::min(left_of(account, now) + time, kMost), now};
    if (accounts_.size() <= kept_max_) return;
    std::erase_if(accounts_, [now](const auto& one) { return left_of(one.second, now) == Duration::zero(); });
    kept_max_ = std::max(kKeptMin, 2 * accounts_.size());
  }

  /// Of how many clients something is noted.
  [[nodiscard]] std::size_t size() const { return accounts_.size(); }

 private:
  static constexpr Duration kAtOnce = std::chrono::milliseconds(20);
  static constexpr int kShare = 50;
  /// Nobody waits for longer than two seconds.
  static constexpr Duration kMost = kAtOnce + std::chrono::milliseconds(40);

  struct Account {
    Duration used{};
    Moment at{};
  };

  static Duration left_of(const Account& account, Moment now) {
    return std::max(Duration::zero(), account.used - (now - account.at) / kShare);
  }

  static constexpr std::size_t kKeptMin = 1024;

  std::map<ClientNumber, Account> accounts_;
  std::size_t kept_max_ = kKeptMin;  ///< beyond so many those that owe nothing are forgotten
};

}  // namespace palabre::broker
