#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

/// What each message of a load says: who sent it, which of his it is and when, in letters of fixed width, so
/// that reading it back costs a subscriber a few instructions. The letters a to p stand for 0 to 15.
namespace palabre::bench {

inline constexpr std::size_t kPayloadBytesMin = 32;
/// Marks a message that only asks whether a subscription is in force.
inline constexpr std::uint32_t kProbe = 0xffff'ffff;

struct Payload {
  std::uint32_t publisher = 0;
  std::uint32_t counter = 0;  ///< of this publisher, from 1
  std::uint64_t sent_ns = 0;  ///< CLOCK_MONOTONIC
};

inline void write_letters(char* place, std::uint32_t number) {
  std::uint64_t nibbles = number;
  nibbles = (nibbles | nibbles << 16) & 0x0000'ffff'0000'ffff;
  nibbles = (nibbles | nibbles << 8) & 0x00ff'00ff'00ff'00ff;
  nibbles = (nibbles | nibbles << 4) & 0x0f0f'0f0f'0f0f'0f0f;
  const std::uint64_t letters = __builtin_bswap64(nibbles + 0x6161'6161'6161'6161);
  std::memcpy(place, &letters, sizeof letters);
}

inline std::uint32_t read_letters(const char* place) {
  std::uint64_t letters = 0;
  std::memcpy(&letters, place, sizeof letters);
  std::uint64_t nibbles = __builtin_bswap64(letters) - 0x6161'6161'6161'6161;
  nibbles = (nibbles | nibbles >> 4) & 0x00ff'00ff'00ff'00ff;
  nibbles = (nibbles | nibbles >> 8) & 0x0000'ffff'0000'ffff;
  return static_cast<std::uint32_t>(nibbles | nibbles >> 16);
}

/// Requires kPayloadBytesMin bytes at `place`.
inline void write_payload(char* place, const Payload& payload) {
  write_letters(place, payload.publisher);
  write_letters(place + 8, payload.counter);
  write_letters(place + 16, static_cast<std::uint32_t>(payload.sent_ns >> 32));
  write_letters(place + 24, static_cast<std::uint32_t>(payload.sent_ns));
}

inline Payload read_payload(const char* place) {
  return {read_letters(place), read_letters(place + 8),
          std::uint64_t{read_letters(place + 16)} << 32 | read_letters(place + 24)};
}

static_assert(std::endian::native == std::endian::little, "letters are swapped as little-endian words");

}  // namespace palabre::bench
