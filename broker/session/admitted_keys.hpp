#pragma once

#include <unordered_set>

#include "broker/threads/guarded.hpp"
#include "schema/keys.hpp"

namespace palabre::broker {

/// The keys that may hear the feed: those of registered identities. Any thread may ask.
class AdmittedKeys {
 public:
  void admit(const CurveKey& key) {
    keys_.with([&key](auto& keys) { keys.insert(key); });
  }
  [[nodiscard]] bool has(const CurveKey& key) const {
    return keys_.with([&key](const auto& keys) { return keys.contains(key); });
  }

 private:
  Guarded<std::unordered_set<CurveKey>> keys_;
};

}  // namespace palabre::broker
