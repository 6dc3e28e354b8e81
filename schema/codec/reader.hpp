#pragma once

#include <msgpack.hpp>

#include <cstddef>
#include <string_view>

#include "schema/result.hpp"

/// Reading msgpack that a stranger wrote. Nothing here trusts a type, a length or a range.
namespace palabre::codec {

/// The msgpack objects of a frame, decoded one after the other within the protocol's limits. Strings point
/// into the frame, so the frame must outlive what was read.
class Reader {
 public:
  explicit Reader(std::string_view frame) : frame_(frame) {}

  /// The next object, or malformed.
  [[nodiscard]] Result<msgpack::object> next();
  [[nodiscard]] bool is_at_end() const { return offset_ == frame_.size(); }

 private:
  std::string_view frame_;
  std::size_t offset_ = 0;
  // The objects of most messages fit in; what else comes is taken when it is needed.
  static constexpr std::size_t kZoneBytes = 1024;
  msgpack::zone zone_{kZoneBytes};
};

}  // namespace palabre::codec
