#include "broker/session/token_hash.hpp"

#include <sodium.h>

namespace palabre::broker {

TokenHash hash_token(std::string_view token) {
  if (token.empty()) return {};
  TokenHash hash(crypto_generichash_BYTES, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(hash.data()), hash.size(),
                     reinterpret_cast<const unsigned char*>(token.data()), token.size(), nullptr, 0);
  return hash;
}

}  // namespace palabre::broker
