#pragma once

#include <string>

#include "schema/keys.hpp"

namespace palabre {

/// A public key as people compare it, aloud or by eye: eight words for the first 64 bits of its BLAKE2b-256
/// (schema/README.md, section 14). Requires a key of kKeyBytes.
[[nodiscard]] std::string fingerprint_of(const CurveKey& key);

}  // namespace palabre
