#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "schema/messages.hpp"

namespace palabre::fuzz {

/// What peers do, read from any bytes. Names, rooms and counters come from a few, so that scripts meet.
class Script {
 public:
  explicit Script(std::string_view bytes) : rest_(bytes) {}

  [[nodiscard]] bool is_at_end() const { return rest_.empty(); }
  /// A number below `count`, 0 at the end.
  std::size_t number(std::size_t count);
  /// Up to 255 bytes.
  std::string text();
  /// A right request of any kind; what it says may be wrong.
  Request request();

 private:
  std::string room() { return "room-" + std::to_string(number(6)); }
  request::Hello hello();
  request::Post post();

  std::string_view rest_;
};

}  // namespace palabre::fuzz
