#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>

#include "broker/domain/commands.hpp"
#include "broker/session/token_bucket.hpp"
#include "broker/threads/moment.hpp"

namespace palabre::broker {

/// How often somebody may come: everybody here is told of it, and for whoever comes first of his connections
/// a thread is started. Counted by what a HELLO proves, a key, or else a name and a token, so that nobody
/// uses up somebody else's; nobody has to be known for that. Pure: it is told the time.
class Comings {
 public:
  /// 0 per second: any number.
  explicit Comings(double per_second) : per_second_(per_second) {}

  /// Nothing when this one may come, which is counted then; else after how long.
  [[nodiscard]] std::optional<std::chrono::milliseconds> take(const command::Admit& admit, Moment now) {
    if (per_second_ <= 0) return std::nullopt;
    auto& bucket = by_proof_.try_emplace(proof_of(admit), per_second_).first->second;
    auto wait = bucket.take(1, now);
    if (by_proof_.size() > proofs_max_) forget(now);
    return wait;
  }
  [[nodiscard]] std::size_t size() const { return by_proof_.size(); }

 private:
  static constexpr std::size_t kProofsMin = 1024;  ///< more than so many are looked through

  static std::string proof_of(const command::Admit& admit) {
    return admit.key.empty() ? admit.name + ' ' + admit.token : admit.key;
  }
  void forget(Moment now) {
    std::erase_if(by_proof_, [now](const auto& one) { return one.second.is_full(now); });
    proofs_max_ = std::max(kProofsMin, 2 * by_proof_.size());
  }

  const double per_second_;
  std::unordered_map<std::string, TokenBucket> by_proof_;
  std::size_t proofs_max_ = kProofsMin;
};

}  // namespace palabre::broker
