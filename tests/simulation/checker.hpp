#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tests/simulation/account.hpp"
#include "tests/support/memory_journal.hpp"

namespace palabre::broker::simulation {

/// Compares what users were told with what a broker's disk holds in the end (the invariants I1 to I8): each
/// acknowledged message stored once as it was acknowledged, refused ones never; senders' messages in order;
/// rows and rooms without a hole; everybody handed everything due once, in order, and nothing else. Gives
/// the first breach.
[[nodiscard]] std::optional<std::string> check(std::span<const Account* const> accounts,
                                               broker::MemoryJournal& disk);

}  // namespace palabre::broker::simulation
