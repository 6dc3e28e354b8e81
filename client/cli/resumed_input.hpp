#pragma once

#include <string_view>

#include "client/client.hpp"

namespace palabre::cli {

/// An input that may have been given before, to a run that was cut off: passes over what that run took into
/// its outbox file, so that the same command given again posts everything once.
class ResumedInput {
 public:
  explicit ResumedInput(const Resumed& resumed) : resumed_(resumed) {}

  /// Whether the next post was taken before.
  [[nodiscard]] bool passes_over(std::string_view room, std::string_view text) {
    if (!is_behind()) return false;
    taken_ = taken_.next();
    texts_.add(room, text);
    return true;
  }
  /// Not all that was taken before has come again.
  [[nodiscard]] bool is_behind() const { return taken_ < resumed_.last; }
  /// It has, and it was something else.
  [[nodiscard]] bool is_another() const { return !is_behind() && texts_ != resumed_.texts; }

 private:
  Resumed resumed_;
  Counter taken_{};
  TextsDigest texts_;
};

}  // namespace palabre::cli
