#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "schema/limits.hpp"

namespace palabre {

/// Lines from a descriptor, for a poll loop. A line longer than any message may be is cut to one byte more
/// than that, so memory stays bounded and the line is refused with its reason. Belongs to one thread.
class LineReader {
 public:
  explicit LineReader(int descriptor) : descriptor_(descriptor) {}

  /// Reads once; waits when nothing is there. What follows the last line feed becomes a line at the end.
  void read_once();
  [[nodiscard]] bool is_at_end() const { return is_at_end_; }
  [[nodiscard]] bool has_line() const { return !lines_.empty(); }
  /// The next whole line without its line feed (and without a carriage return before that).
  [[nodiscard]] std::optional<std::string> next_line();

 private:
  static constexpr std::size_t kLineBytesMax = limits::kTextBytesMax + 1;

  void take(std::string_view bytes);
  void end_line();

  int descriptor_;
  bool is_at_end_ = false;
  std::string line_;
  std::deque<std::string> lines_;
};

}  // namespace palabre
