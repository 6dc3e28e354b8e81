#pragma once

#include <cstddef>
#include <vector>

#include "schema/messages.hpp"

namespace palabre::broker {

/// A long POST whose texts are stored in parts, so that others' messages come in between, and answered once.
/// Each part is a command of its own; they share this, and only the recorder touches it.
struct PostInParts {
  Counter first;                 ///< of its first text
  std::size_t texts = 0;         ///< of all parts together
  std::vector<reply::Ack> acks;  ///< of those that are stored, in their order
  bool is_refused = false;       ///< so nothing more of it is stored, or said about it
  bool is_looked_up = false;     ///< a part was, as a repeat, so the others may be

  /// Adds the acknowledgements of the part that was stored next. Whether that was the last one: then `part`
  /// holds all of them, and the POST is answered.
  [[nodiscard]] bool is_complete_with(std::vector<reply::Ack>& part) {
    if (is_refused) return false;
    acks.insert(acks.end(), part.begin(), part.end());
    if (acks.size() < texts) return false;
    part.swap(acks);
    return true;
  }
};

}  // namespace palabre::broker
