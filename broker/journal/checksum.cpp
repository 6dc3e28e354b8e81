#include "broker/journal/checksum.hpp"

#include <sodium.h>

#include <array>
#include <bit>
#include <cstring>
#include <initializer_list>
#include <span>

namespace palabre::broker {
namespace {

using Numbers = std::array<std::uint64_t, 2>;

// The keys are stored checksums' meaning, on whatever machine they are read again.
static_assert(std::endian::native == std::endian::little, "numbers are hashed as they lie in memory");
static_assert(sizeof(Numbers) == crypto_shorthash_siphash24_KEYBYTES);

std::uint64_t hash(std::string_view bytes, const Numbers& key) {
  std::array<unsigned char, crypto_shorthash_siphash24_BYTES> digest{};
  crypto_shorthash_siphash24(digest.data(), reinterpret_cast<const unsigned char*>(bytes.data()),
                             bytes.size(), reinterpret_cast<const unsigned char*>(key.data()));
  return std::bit_cast<std::uint64_t>(digest);
}

/// Of numbers, one after the other.
std::uint64_t hash_of(std::initializer_list<std::uint64_t> numbers) {
  std::uint64_t sum = numbers.size();
  for (const auto number : numbers) sum = hash({}, {sum, number});
  return sum;
}

std::int64_t signed_of(std::uint64_t number) { return std::bit_cast<std::int64_t>(number); }

}  // namespace

std::int64_t checksum_of(const StoredSegment& segment) {
  const auto place = std::bit_cast<std::uint64_t>(segment.place.value);
  const auto events = hash(segment.events, {place, std::bit_cast<std::uint64_t>(segment.count)});
  return signed_of(hash({}, {events ^ segment.time.value, segment.last_at.value}));
}

std::int64_t checksum_of(const record::Registered& client) {
  const auto& [token, key, invite] = client.proof;
  const auto named = hash(client.name, {client.client.value, client.at.value});
  const auto proven = hash(token, {named, token.size()});
  // Who has neither is checked as before there were any.
  return signed_of(key.empty() && !invite ? proven : hash(key, {proven, invite.value}));
}

std::int64_t checksum_of(const record::OperatorAct& act) {
  const auto said = hash(act.text, {act.client.value, act.at.value});
  return signed_of(hash({}, {said, static_cast<std::uint64_t>(act.kind)}));
}

std::int64_t checksum_of(const record::StandingChanged& changed) {
  const auto& standing = changed.standing.value();
  return signed_of(
      hash_of({changed.room.value, changed.client.value, static_cast<std::uint64_t>(standing.role),
               standing.muted_until.value, standing.is_banned ? 1U : 0U}));
}

std::int64_t checksum_of(const record::Moderated& done) {
  const auto role = done.role ? 1 + static_cast<std::uint64_t>(*done.role) : 0;
  const auto numbers =
      hash_of({done.room.value, done.number, done.at.value, done.by.value,
               static_cast<std::uint64_t>(done.action), done.client.value, role, done.until.value});
  return signed_of(hash(done.reason, {numbers, done.reason.size()}));
}

std::int64_t checksum_of_room(RoomNumber number, std::string_view name, ClientNumber made_by,
                              TimeMs made_at) {
  const auto named = hash(name, {number.value, made_at.value});
  return signed_of(hash({}, {named, made_by.value}));
}

}  // namespace palabre::broker
