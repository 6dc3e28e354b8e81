#include "schema/keys.hpp"

#include <sodium.h>

#include <stdexcept>

namespace palabre {
namespace {

static_assert(kKeyBytes == crypto_box_PUBLICKEYBYTES && kKeyBytes == crypto_box_SECRETKEYBYTES);

constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

void prepare() {
  if (sodium_init() < 0) throw std::runtime_error("the system gives no random numbers");
}

}  // namespace

KeyPair make_key_pair() {
  prepare();
  KeyPair pair{CurveKey(kKeyBytes, '\0'), CurveKey(kKeyBytes, '\0')};
  crypto_box_keypair(bytes_of(pair.open), bytes_of(pair.secret));
  return pair;
}

KeyPair pair_of(const CurveKey& secret) {
  KeyPair pair{CurveKey(kKeyBytes, '\0'), secret};
  crypto_scalarmult_base(bytes_of(pair.open), bytes_of(std::string_view(secret)));
  return pair;
}

std::string text_of(const CurveKey& key) { return to_base64(key); }

std::optional<CurveKey> read_key(std::string_view text) {
  auto key = from_base64(text);
  return key && key->size() == kKeyBytes ? key : std::nullopt;
}

std::string to_base64(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes_of(bytes), bytes.size(), kVariant);
  text.pop_back();  // the zero behind a C string
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string bytes(text.size(), '\0');
  std::size_t size = 0;
  const char* end = nullptr;
  const int result = sodium_base642bin(bytes_of(bytes), bytes.size(), text.data(), text.size(), nullptr,
                                       &size, &end, kVariant);
  if (result != 0 || end != text.data() + text.size()) return std::nullopt;
  bytes.resize(size);
  return bytes;
}

}  // namespace palabre
