#include "tests/fuzz/targets/peers_scene.hpp"
#include "tests/fuzz/targets/target.hpp"

namespace palabre::fuzz {

/// Any script of four peers, against a broker with encryption. A target of its own, because a script costs
/// several times as much as without it.
void take(std::string_view input) { play(input, true); }

}  // namespace palabre::fuzz
