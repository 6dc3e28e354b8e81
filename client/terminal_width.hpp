#pragma once

#include <cstddef>

namespace palabre {

/// Cells of a row of the terminal that a descriptor leads to, now; 0 when it leads to none.
[[nodiscard]] std::size_t terminal_width(int descriptor);

}  // namespace palabre
