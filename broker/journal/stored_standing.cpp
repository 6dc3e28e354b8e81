#include "broker/journal/stored_standing.hpp"

#include <string>

namespace palabre::broker {
namespace {

void require_unchanged(std::int64_t expected, std::int64_t stored, RoomNumber room) {
  if (expected != stored) damaged("who stands where in room " + std::to_string(room.value) + " has changed");
}

}  // namespace

record::StandingChanged stored_standing(const Execution& read) {
  const Standing standing{static_cast<Role>(read.integer(2)), read.number<TimeMs>(3), read.integer(4) != 0};
  const record::StandingChanged stored{read.number<RoomNumber>(0), read.number<ClientNumber>(1), standing};
  require_unchanged(checksum_of(stored), read.integer(5), stored.room);
  return stored;
}

record::Moderated stored_moderation(const Execution& read) {
  const auto role = read.integer(6);
  record::Moderated stored{read.number<RoomNumber>(0),
                           static_cast<std::uint64_t>(read.integer(1)),
                           read.number<TimeMs>(2),
                           read.number<ClientNumber>(3),
                           static_cast<Moderation>(read.integer(4)),
                           read.number<ClientNumber>(5),
                           role < 0 ? std::nullopt : std::optional(static_cast<Role>(role)),
                           read.number<TimeMs>(7),
                           read.text(8)};
  require_unchanged(checksum_of(stored), read.integer(9), stored.room);
  return stored;
}

}  // namespace palabre::broker
