#pragma once

#include "broker/journal/checksum.hpp"
#include "broker/journal/execution.hpp"

namespace palabre::broker {

/// The columns of the table `client` as stored_client() wants them.
inline constexpr const char* kClientColumns = "number, name, token, key, invite, registered_at, checksum";
inline constexpr int kClientColumnsCount = 7;

/// The current row of a statement whose first columns are kClientColumns.
[[nodiscard]] inline record::Registered stored_client(const Execution& read) {
  return {read.number<ClientNumber>(0),
          read.text(1),
          {read.text(2), read.text(3), read.number<InviteId>(4)},
          read.number<TimeMs>(5)};
}

/// Whether that row is as it was stored.
[[nodiscard]] inline bool is_unchanged(const record::Registered& client, const Execution& read) {
  return checksum_of(client) == read.integer(6);
}

}  // namespace palabre::broker
