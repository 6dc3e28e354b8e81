#pragma once

#include <cstdint>

namespace palabre::broker {

/// Who is taken when a HELLO names somebody new.
enum class Registration : std::uint8_t { anyone, invite, closed };

}  // namespace palabre::broker
