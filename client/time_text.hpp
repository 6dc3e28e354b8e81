#pragma once

#include <string>

#include "schema/ids.hpp"

/// Times as people and programs read them.
namespace palabre {

[[nodiscard]] std::string local_clock(TimeMs at);  ///< 14:05
[[nodiscard]] std::string local_date(TimeMs at);   ///< Tuesday 4 March 2025
[[nodiscard]] std::string utc_text(TimeMs at);     ///< 2025-03-04T13:05:09.120Z (RFC 3339)

}  // namespace palabre
