#include "broker/session/invite_codes.hpp"

#include <sodium.h>

#include <cstring>

namespace palabre::broker {
namespace {

/// What is signed, as it lies in memory: codes are read on the machine that made them.
struct Claim {
  std::uint64_t invite;
  std::uint64_t expires_ms;
};

constexpr std::size_t kSignatureBytes = 16;
static_assert(kSignatureBytes >= crypto_generichash_BYTES_MIN);
static_assert(sizeof(Claim) == 16);

constexpr std::string_view kPurpose = "palabre invite codes";

std::string hash(std::string_view text, std::string_view key, std::size_t bytes) {
  const auto raw = [](std::string_view from) { return reinterpret_cast<const unsigned char*>(from.data()); };
  std::string hash(bytes, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(hash.data()), bytes, raw(text), text.size(), raw(key),
                     key.size());
  return hash;
}

}  // namespace

InviteCodes::InviteCodes(const CurveKey& broker_secret)
    : signing_key_(hash(kPurpose, broker_secret, crypto_generichash_KEYBYTES)) {}

std::string InviteCodes::make(TimeMs expires) const {
  Claim claim{0, expires.value};
  // Positive as a signed number, because that is what the store keeps.
  while (claim.invite == 0) {
    randombytes_buf(&claim.invite, sizeof claim.invite);
    claim.invite >>= 1U;
  }
  const std::string bytes(reinterpret_cast<const char*>(&claim), sizeof claim);
  return to_base64(bytes + signature_of(bytes));
}

std::optional<InviteId> InviteCodes::read(std::string_view code, TimeMs now) const {
  const auto bytes = from_base64(code);
  if (!bytes || bytes->size() != sizeof(Claim) + kSignatureBytes) return std::nullopt;
  const auto expected = signature_of(bytes->substr(0, sizeof(Claim)));
  if (sodium_memcmp(expected.data(), bytes->data() + sizeof(Claim), kSignatureBytes) != 0)
    return std::nullopt;
  Claim claim{};
  std::memcpy(&claim, bytes->data(), sizeof claim);
  if (now.value >= claim.expires_ms) return std::nullopt;
  return InviteId{claim.invite};
}

std::string InviteCodes::signature_of(std::string_view claim) const {
  return hash(claim, signing_key_, kSignatureBytes);
}

}  // namespace palabre::broker
