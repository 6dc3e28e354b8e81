#pragma once

#include <string_view>

namespace palabre::fuzz {

/// Has a script of four peers played against a live broker, the same one for many scripts. Whatever they do,
/// the honest one beside them is served.
void play(std::string_view input, bool is_encrypted);

}  // namespace palabre::fuzz
