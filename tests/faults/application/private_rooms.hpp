#pragma once

#include <string>
#include <vector>

#include "tests/faults/application/member.hpp"

namespace palabre::faults {

/// The open rooms, those for two with both neighbours in the list of people, and the closed ones, whoever may
/// join them.
[[nodiscard]] std::vector<std::string> rooms_of(const MemberOptions& options);
/// The closed room that is the member's; empty: none.
[[nodiscard]] std::string own_room(const MemberOptions& options);
/// Whom an owner invites: the five behind him in the list of people.
[[nodiscard]] std::vector<std::string> guests_of(const MemberOptions& options);

/// What stands first in a text and tells it from all others.
[[nodiscard]] std::string id_of(const std::string& text);

}  // namespace palabre::faults
