#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Keys of the encrypted protocol (schema/README.md, section 12): Curve25519, as CURVE of ZeroMQ uses them.
namespace palabre {

/// 32 raw bytes; empty where there is none.
using CurveKey = std::string;

inline constexpr std::size_t kKeyBytes = 32;

struct KeyPair {
  CurveKey open;    ///< everybody may know it
  CurveKey secret;  ///< nobody else may
};

/// From the system's randomness.
[[nodiscard]] KeyPair make_key_pair();
/// Requires a key of kKeyBytes.
[[nodiscard]] KeyPair pair_of(const CurveKey& secret);

/// 43 characters of A-Z a-z 0-9 - _ (base64url without padding): safe in a shell, an address and a file.
/// Requires a key of kKeyBytes.
[[nodiscard]] std::string text_of(const CurveKey& key);
/// Nothing when `text` is no key.
[[nodiscard]] std::optional<CurveKey> read_key(std::string_view text);

/// Any bytes as base64url without padding, and back.
[[nodiscard]] std::string to_base64(std::string_view bytes);
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace palabre
