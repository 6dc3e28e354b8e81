#include "tests/fuzz/targets/peers_scene.hpp"
#include "tests/fuzz/targets/target.hpp"

namespace palabre::fuzz {

/// Any script of four peers, against a broker without encryption.
void take(std::string_view input) { play(input, false); }

}  // namespace palabre::fuzz
