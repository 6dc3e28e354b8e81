#pragma once

#include <stdexcept>
#include <string>

namespace palabre::broker {

/// The store failed in a way other than a lack of space (an I/O error, a damaged file). What is on disk is
/// only known after the database recovered itself: the process must end and start again from there.
class JournalFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What is on disk contradicts itself.
[[noreturn]] inline void damaged(const std::string& what) {
  throw JournalFailure("the store is damaged: " + what);
}

}  // namespace palabre::broker
