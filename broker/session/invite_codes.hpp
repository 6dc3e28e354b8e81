#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "broker/domain/records.hpp"
#include "schema/keys.hpp"

namespace palabre::broker {

/// Codes that let one newcomer each in. Nothing is kept of a code before it is used: it is signed with the
/// broker's secret key, so whoever can read that makes codes, also while the broker runs.
class InviteCodes {
 public:
  /// Requires a key of kKeyBytes.
  explicit InviteCodes(const CurveKey& broker_secret);

  /// 43 characters of A-Z a-z 0-9 - _, good until `expires`.
  [[nodiscard]] std::string make(TimeMs expires) const;
  /// Which invitation it is; nothing when it is none of ours, or too old at `now`.
  [[nodiscard]] std::optional<InviteId> read(std::string_view code, TimeMs now) const;

 private:
  [[nodiscard]] std::string signature_of(std::string_view claim) const;

  std::string signing_key_;
};

}  // namespace palabre::broker
