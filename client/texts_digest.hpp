#pragma once

#include <cstdint>
#include <string_view>

namespace palabre {

/// A short fingerprint of posts in their order: two lists with the same one are the same. Guards against
/// mistakes, not against somebody who means harm.
class TextsDigest {
 public:
  TextsDigest() = default;
  explicit TextsDigest(std::uint64_t value) : value_(value) {}

  void add(std::string_view room, std::string_view text);
  [[nodiscard]] std::uint64_t value() const { return value_; }
  friend bool operator==(const TextsDigest&, const TextsDigest&) = default;

 private:
  std::uint64_t value_ = 0;
};

}  // namespace palabre
