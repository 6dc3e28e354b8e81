#pragma once

#include <cstdint>
#include <unordered_map>

#include "broker/threads/guarded.hpp"
#include "schema/keys.hpp"

namespace palabre::broker {

/// Which keys belong to registered identities, and so may hear the feed, and which may not connect at all.
/// Any thread may ask.
class AdmittedKeys {
 public:
  enum class Standing : std::uint8_t { stranger, admitted, barred };

  void admit(const CurveKey& key) { put(key, Standing::admitted); }
  void bar(const CurveKey& key) { put(key, Standing::barred); }
  /// It is a stranger's again.
  void forget(const CurveKey& key) {
    keys_.with([&key](auto& keys) { keys.erase(key); });
  }
  [[nodiscard]] Standing standing_of(const CurveKey& key) const {
    return keys_.with([&key](const auto& keys) {
      const auto found = keys.find(key);
      return found == keys.end() ? Standing::stranger : found->second;
    });
  }

 private:
  void put(const CurveKey& key, Standing standing) {
    keys_.with([&](auto& keys) { keys.insert_or_assign(key, standing); });
  }

  Guarded<std::unordered_map<CurveKey, Standing>> keys_;
};

}  // namespace palabre::broker
