#include "schema/codec/reader.hpp"

#include <algorithm>
#include <cstdint>

#include "schema/limits.hpp"

namespace palabre::codec {
namespace {

// Read in place: a copied string would be allocated before anybody looked at it.
bool keep_in_frame(msgpack::type::object_type, std::size_t, void*) { return true; }

/// Makes objects as msgpack's own visitor does, but stops where that one throws: strangers decide how often a
/// frame is none.
class Builder : public msgpack::detail::create_object_visitor {
  using Base = msgpack::detail::create_object_visitor;

 public:
  explicit Builder(msgpack::zone& zone) : Base(keep_in_frame, nullptr, protocol_limits()) {
    set_zone(zone);
    set_referenced(false);
  }

  bool visit_str(const char* text, std::uint32_t size) {
    return keeps_limit(size <= m_limit.str()) && Base::visit_str(text, size);
  }
  bool visit_bin(const char* bytes, std::uint32_t size) {
    return keeps_limit(size <= m_limit.bin()) && Base::visit_bin(bytes, size);
  }
  bool visit_ext(const char*, std::uint32_t) { return keeps_limit(false); }
  bool start_array(std::uint32_t size) {
    return keeps_limit(size <= m_limit.array() && is_shallow()) && Base::start_array(size);
  }
  bool start_map(std::uint32_t size) {
    return keeps_limit(size <= m_limit.map() && is_shallow()) && Base::start_map(size);
  }
  void parse_error(std::size_t, std::size_t) {}
  void insufficient_bytes(std::size_t, std::size_t) {}

  [[nodiscard]] bool is_within_limits() const { return is_within_limits_; }

 private:
  static msgpack::unpack_limit protocol_limits() {
    return {std::max(limits::kEventsMax, limits::kRoomsListedMax),
            limits::kMapKeysMax,
            limits::kRequestBytesMax,
            limits::kRequestBytesMax,
            0,
            limits::kDepthMax};
  }
  [[nodiscard]] bool is_shallow() const { return m_stack.size() <= m_limit.depth(); }
  bool keeps_limit(bool does) {
    is_within_limits_ = does;
    return does;
  }

  bool is_within_limits_ = true;
};

}  // namespace

Result<msgpack::object> Reader::next() {
  Builder builder(zone_);
  if (msgpack::parse(frame_.data(), frame_.size(), offset_, builder)) return builder.data();
  return refuse(RefusalCode::malformed, builder.is_within_limits()
                                            ? "the frame is not msgpack"
                                            : "the frame exceeds the limits for sizes or nesting");
}

}  // namespace palabre::codec
