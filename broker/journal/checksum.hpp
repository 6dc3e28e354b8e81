#pragma once

#include <cstdint>
#include <string_view>

#include "broker/journal/stored_segment.hpp"

namespace palabre::broker {

/// What tells bytes that a disk has changed from those that were stored: SQLite notices a damaged page only
/// where it breaks the tree, never inside a text. SipHash-2-4 under fixed keys, for chance and not against
/// forgers. Each covers all columns of its row.
[[nodiscard]] std::int64_t checksum_of(const StoredSegment& segment);
[[nodiscard]] std::int64_t checksum_of(const record::Registered& client);
[[nodiscard]] std::int64_t checksum_of(const record::OperatorAct& act);
/// Requires a standing.
[[nodiscard]] std::int64_t checksum_of(const record::StandingChanged& standing);
[[nodiscard]] std::int64_t checksum_of(const record::Moderated& moderated);
[[nodiscard]] std::int64_t checksum_of_room(RoomNumber number, std::string_view name, ClientNumber made_by,
                                            TimeMs made_at);

}  // namespace palabre::broker
