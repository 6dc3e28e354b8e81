#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

/// What the packing forwarder and its subscribers agree on: a header, then each message behind its size, all
/// in the machine's own byte order.
namespace palabre::bench {

struct PackedHeader {
  std::uint64_t first = 0;  ///< sequence of the first message; they count from 1
  std::uint64_t count = 0;
};

inline constexpr std::size_t kPackedSizeBytes = sizeof(std::uint32_t);

inline PackedHeader read_packed_header(const char* place) {
  PackedHeader header;
  std::memcpy(&header, place, sizeof header);
  return header;
}

inline std::size_t read_packed_size(const char* place) {
  std::uint32_t size = 0;
  std::memcpy(&size, place, sizeof size);
  return size;
}

}  // namespace palabre::bench
