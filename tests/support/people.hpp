#pragma once

#include "broker/domain/connection.hpp"
#include "broker/domain/records.hpp"

/// Who and what tests of the broker speak of.
namespace palabre::broker {

inline constexpr ClientNumber kAlice{1};
inline constexpr ClientNumber kBob{2};
inline constexpr RoomNumber kTea{2};
inline constexpr ConnectionId kDesk{11};
inline constexpr ConnectionId kPhone{12};

}  // namespace palabre::broker
