#pragma once

#include <string_view>

#include "broker/domain/records.hpp"

namespace palabre::broker {

/// BLAKE2b-256, and nothing for no token. Tokens are long random secrets, so a fast hash keeps them as well
/// as a slow one would.
[[nodiscard]] TokenHash hash_token(std::string_view token);

}  // namespace palabre::broker
