// A race on purpose. `./dev tsan` and CI demand that ThreadSanitizer reports it: only then does its silence
// about everything else mean something, although traffic through the uninstrumented libzmq is left out of its
// sight.

#include "broker/threads/named_thread.hpp"

namespace {

/// Two threads count in one number without a lock, and nothing orders one after the other.
int count_without_a_lock() {
  int counted = 0;
  {
    const auto first = palabre::broker::start_thread("first", [&] { ++counted; });
    const auto second = palabre::broker::start_thread("second", [&] { ++counted; });
  }
  return counted;
}

}  // namespace

int main() { return count_without_a_lock() > 0 ? 0 : 1; }
