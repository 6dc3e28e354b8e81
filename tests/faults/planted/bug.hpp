#pragma once

#include <cstdint>

namespace palabre::faults {

/// What a broker must never do. Each is planted in an otherwise good one, to see the checker find it.
enum class Bug : std::uint8_t {
  none,
  drop,    ///< a message is acknowledged and published, and not stored
  swap,    ///< two messages are stored in each other's place
  repeat,  ///< a message is stored twice
  early,   ///< messages are acknowledged before they are stored: what is held back is lost at a kill
  forget,  ///< the index of a row misses a column
  skip,    ///< a page of history misses a message
  stray,   ///< a page of history is that of another room
  admit,   ///< after a restart, rooms for two are for three and more
  pardon,  ///< who is sent away from a closed room is there again after a restart
};

/// Bites at one message in `every`, at one page in `every`, or holds back so many commits.
struct Plan {
  Bug bug = Bug::none;
  std::uint64_t every = 10'000;
};

/// Counts, and says when it is time.
class Turn {
 public:
  explicit Turn(std::uint64_t every) : every_(every) {}
  [[nodiscard]] bool comes_with(std::uint64_t more) {
    counted_ += more;
    if (counted_ < every_) return false;
    counted_ = 0;
    return true;
  }
  /// It came and could not be used: it comes again with the next one.
  void give_back() { counted_ = every_; }

 private:
  std::uint64_t every_;
  std::uint64_t counted_ = 0;
};

}  // namespace palabre::faults
