#include "client/texts_digest.hpp"

#include <sodium.h>

#include <array>
#include <cstring>
#include <string>

namespace palabre {

void TextsDigest::add(std::string_view room, std::string_view text) {
  static_assert(crypto_shorthash_BYTES == sizeof value_);
  std::array<unsigned char, crypto_shorthash_KEYBYTES> key{};
  std::memcpy(key.data(), &value_, sizeof value_);
  // No room has a line feed in it.
  const std::string both = std::string(room).append("\n").append(text);
  std::array<unsigned char, crypto_shorthash_BYTES> hash{};
  crypto_shorthash(hash.data(), reinterpret_cast<const unsigned char*>(both.data()), both.size(), key.data());
  std::memcpy(&value_, hash.data(), sizeof value_);
}

}  // namespace palabre
