#pragma once

#include <optional>
#include <string>

#include "broker/domain/handle.hpp"
#include "schema/result.hpp"

namespace palabre::broker {

/// Makes the room that `client` calls so and that is not there yet, with him in it. An open one is anybody's
/// to make, a closed one its owner's alone, a direct one takes the other in at once. Decides nothing when it
/// refuses.
Result<RoomNumber> make_room(const Turn& turn, ClientNumber client, const std::string& name);
void add_member(const Turn& turn, RoomNumber room, ClientNumber client);
/// Why a client may be a member of no more rooms; nothing when he may.
[[nodiscard]] std::optional<Refusal> refuse_membership(const State& state, ClientNumber client);

}  // namespace palabre::broker
