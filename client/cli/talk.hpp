#pragma once

#include <cstddef>

#include "client/client.hpp"
#include "client/say.hpp"

namespace palabre::cli {

/// Says why there is no answer and gives the status to end with.
[[nodiscard]] int fail(const Problem& problem);

/// Says what became of the connection, when that is worth a word to somebody who watches a script, and of so
/// many posts that are under way.
void say_link(const event::Link& link, std::size_t under_way = 0);

}  // namespace palabre::cli
