#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "schema/ids.hpp"
#include "schema/keys.hpp"

/// What the operator may have decided: about identities, by name. Every field has passed the rim's checks.
namespace palabre::broker {

namespace order {

/// Nobody who proves to be it comes in any more, and who is in goes.
struct Ban {
  std::string name;
  std::string reason;  ///< for people; may be empty
};
struct Unban {
  std::string name;
};
/// A name is registered that `key` proves, whoever may register otherwise.
struct Add {
  std::string name;
  CurveKey key;
};
/// The key was lost: another one proves the name from now on, and nothing else does.
struct Rebind {
  std::string name;
  CurveKey key;
};

/// The same identity has another name from now on. The old one stays his: nobody else can get it, and whoever
/// says it means him.
struct Rename {
  std::string name;
  std::string next;
};

}  // namespace order

using Order = std::variant<order::Ban, order::Unban, order::Add, order::Rebind, order::Rename>;

/// Tells the orders of a run apart: from 1.
using OrderId = Number<struct OrderTag, std::uint64_t>;

}  // namespace palabre::broker
