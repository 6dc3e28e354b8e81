#pragma once

#include "broker/journal/checksum.hpp"
#include "broker/journal/execution.hpp"

namespace palabre::broker {

/// The columns of the table `standing` as stored_standing() wants them.
inline constexpr const char* kStandingColumns = "room, client, role, muted_until, is_banned, checksum";
/// Those of `moderation` as stored_moderation() wants them.
inline constexpr const char* kModerationColumns =
    "room, number, at, by, action, client, role, until, reason, checksum";

/// The current row of a statement whose columns are kStandingColumns. Throws JournalFailure when it has
/// changed since it was stored.
[[nodiscard]] record::StandingChanged stored_standing(const Execution& read);
/// The same for kModerationColumns.
[[nodiscard]] record::Moderated stored_moderation(const Execution& read);

}  // namespace palabre::broker
