#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace palabre::bench {

/// Walks over msgpack without building anything, because the library's objects would cost the load more than
/// the broker they are to measure. Knows what palabre sends: unsigned integers, strings, booleans, arrays and
/// maps. Once something else or the end of the bytes was met, is_good() is false and all values are 0.
class MsgpackCursor {
 public:
  explicit MsgpackCursor(std::string_view bytes) : place_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  [[nodiscard]] bool is_good() const { return is_good_; }
  [[nodiscard]] bool is_at_end() const { return place_ == end_; }

  std::uint64_t number() {
    const auto first = byte();
    if (first < 0x80) return first;
    if (first < 0xcc || first > 0xcf) return fail();
    return big_endian(std::size_t{1} << (first - 0xcc));
  }
  std::string_view text() {
    const auto first = byte();
    if ((first & 0xe0) == 0xa0) return bytes(first & 0x1f);
    if (first < 0xd9 || first > 0xdb) return bytes(fail());
    return bytes(big_endian(std::size_t{1} << (first - 0xd9)));
  }
  std::uint64_t array() { return container(0x90, 0xdc); }
  std::uint64_t map() { return container(0x80, 0xde); }

  /// Skips one value of any kind.
  void skip() {
    for (std::uint64_t left = 1; left > 0 && is_good_; --left) {
      if (place_ == end_) {
        fail();
        return;
      }
      const auto first = static_cast<std::uint8_t>(*place_);
      if ((first & 0xf0) == 0x80 || first == 0xde || first == 0xdf) {
        left += 2 * map();
      } else if ((first & 0xf0) == 0x90 || first == 0xdc || first == 0xdd) {
        left += array();
      } else if ((first & 0xe0) == 0xa0 || (first >= 0xd9 && first <= 0xdb)) {
        text();
      } else if (first == 0xc2 || first == 0xc3) {
        ++place_;
      } else {
        number();
      }
    }
  }

 private:
  std::uint64_t fail() {
    is_good_ = false;
    place_ = end_;
    return 0;
  }
  std::uint8_t byte() {
    if (place_ == end_) {
      fail();
      return 0;
    }
    return static_cast<std::uint8_t>(*place_++);
  }
  std::uint64_t big_endian(std::size_t width) {
    if (static_cast<std::size_t>(end_ - place_) < width) return fail();
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i) value = value << 8 | static_cast<std::uint8_t>(*place_++);
    return value;
  }
  std::string_view bytes(std::uint64_t size) {
    if (static_cast<std::uint64_t>(end_ - place_) < size) {
      fail();
      return {};
    }
    const std::string_view found(place_, size);
    place_ += size;
    return found;
  }
  std::uint64_t container(std::uint8_t small, std::uint8_t large) {
    const auto first = byte();
    if ((first & 0xf0) == small) return first & 0x0f;
    if (first == large) return big_endian(2);
    if (first == large + 1) return big_endian(4);
    return fail();
  }

  const char* place_;
  const char* end_;
  bool is_good_ = true;
};

}  // namespace palabre::bench
