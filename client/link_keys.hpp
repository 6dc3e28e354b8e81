#pragma once

#include "schema/keys.hpp"

namespace palabre {

/// What a link is encrypted with; without the broker's key it is not.
struct LinkKeys {
  CurveKey broker = {};  ///< public
  KeyPair own = {};
};

}  // namespace palabre
