#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tests/simulation/account.hpp"
#include "tests/simulation/lives.hpp"

namespace palabre::broker::simulation {

/// Compares what users were told with what a broker's disk held at the end of each of its lives (the
/// invariants I1 to I8 and I12): each acknowledged message stored once as it was acknowledged, refused ones
/// never; senders' messages in order; rows and rooms without a hole; everybody handed everything due once, in
/// order, and nothing else; nothing lost with an older life but what its copy did not have, and that not
/// without a word. Gives the first breach.
[[nodiscard]] std::optional<std::string> check(std::span<const Account* const> accounts,
                                               const std::vector<Life>& lives);

}  // namespace palabre::broker::simulation
