#pragma once

#include <cstdint>

namespace palabre::broker {

/// What an acknowledgement is worth.
enum class Durability : std::uint8_t {
  disk,    ///< a commit is flushed before it returns: it survives a power cut
  memory,  ///< a commit is left to the system: it survives the broker's end, not the machine's
};

}  // namespace palabre::broker
