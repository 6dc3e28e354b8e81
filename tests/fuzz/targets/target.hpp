#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace palabre::fuzz {

/// What a target does with one input; each target's file defines it. Any thread of its own has ended, or
/// waits, when it returns.
void take(std::string_view input);

/// A property that must hold whatever the input is. Where it does not, libFuzzer keeps the input.
inline void demand(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "this does not hold: %s\n", property);
  std::abort();
}

}  // namespace palabre::fuzz
