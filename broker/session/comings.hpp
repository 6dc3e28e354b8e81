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

  /// Nothing when this one may come, which is counted then; else after how long. `share`: how many times as
  /// often as others; one who claims a bot's name is counted for that by itself.
  [[nodiscard]] std::optional<std::chrono::milliseconds> take(const command::Admit& admit, std::size_t share,
                                                              Moment now) {
    if (per_second_ <= 0) return std::nullopt;
    const auto rate = static_cast<double>(share) * per_second_;
    auto& bucket = by_proof_.try_emplace(std::to_string(share) + ' ' + proof_of(admit), rate).first->second;
    auto wait = bucket.take(1, now);
    if (by_proof_.size() > proofs_max_) forget(now);
    if (wait) wait = std::max(*wait, kPause);
    return wait;
  }
  [[nodiscard]] std::size_t size() const { return by_proof_.size(); }

 private:
  // Many who are told the moment at which one of them may come would all ask then.
  static constexpr std::chrono::milliseconds kPause{100};
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
