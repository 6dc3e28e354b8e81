#pragma once

#include <string>
#include <string_view>

namespace palabre {

/// Lines for standard output, written together. A reader that went away is noticed, not complained about.
class LineWriter {
 public:
  /// Adds a line end to `text`.
  void add(std::string_view text);
  /// Writes what waits. False once nobody reads any more.
  bool flush();
  [[nodiscard]] bool is_closed() const { return is_closed_; }

 private:
  std::string waiting_;
  bool is_closed_ = false;
};

}  // namespace palabre
