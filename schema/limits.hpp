#pragma once

#include <cstddef>
#include <cstdint>

/// Every limit of the protocol in one place (schema/README.md, section 9), with the relations they must keep.
namespace palabre::limits {

inline constexpr std::uint64_t kProtocolVersion = 1;
inline constexpr std::uint16_t kDefaultTalkPort = 8420;
inline constexpr std::uint16_t kDefaultFeedPort = 8421;

inline constexpr std::uint64_t kIntegerMax = (std::uint64_t{1} << 53) - 1;
inline constexpr std::size_t kRequestBytesMax = 256 * 1024;
inline constexpr std::size_t kTextBytesMax = 16 * 1024;
inline constexpr std::size_t kTextsMax = 256;
inline constexpr std::size_t kEventsMax = 1024;
inline constexpr std::size_t kEventsTextBytesMax = 256 * 1024;
inline constexpr std::size_t kWhoClientsMax = 1024;
inline constexpr std::size_t kRoomsMax = 1024;         ///< open ones, and as many closed ones
inline constexpr std::size_t kOpenRoomsMadeMin = 8;    ///< by one identity, while there are places
inline constexpr std::size_t kOpenRoomsMadeShare = 8;  ///< or an eighth of the places that are free
inline constexpr std::size_t kClosedRoomsMadeMax = 32;
inline constexpr std::size_t kMembershipsMax = 256;
inline constexpr std::size_t kDirectRoomsBegunMax = 256;
inline constexpr std::size_t kDirectRoomsReceivedMax = 384;       ///< that others have begun with somebody
inline constexpr std::size_t kDirectRoomsFromStrangersMax = 256;  ///< by who shares no closed room with him
inline constexpr std::size_t kDirectRoomsMax = kDirectRoomsBegunMax + kDirectRoomsReceivedMax;
inline constexpr std::size_t kRoomsListedMax = kRoomsMax + kMembershipsMax;  ///< all open ones, and one's own
inline constexpr std::size_t kStandingsMax = 4096;
inline constexpr std::uint64_t kMuteMsMax = std::uint64_t{365} * 24 * 3600 * 1000;
inline constexpr std::size_t kMapKeysMax = 32;
inline constexpr std::size_t kDepthMax = 4;
inline constexpr std::size_t kSubscriptionBytesMax = 1024;

inline constexpr std::size_t kNameBytesMin = 2;
inline constexpr std::size_t kNameBytesMax = 24;
inline constexpr std::size_t kRoomBytesMax = 32;  ///< an open room's; a closed one has its owner's before it
inline constexpr std::size_t kReasonBytesMax = 256;
inline constexpr std::size_t kTokenBytesMin = 16;
inline constexpr std::size_t kTokenBytesMax = 128;
inline constexpr std::size_t kEpochBytes = 16;

inline constexpr std::uint64_t kTickMs = 1000;
inline constexpr std::uint64_t kTickDeadMs = 3500;
inline constexpr std::uint64_t kHeartbeatsMissedMax = 3;

static_assert(kRequestBytesMax > kTextBytesMax + 1024, "a longest text must fit a request");
static_assert(kEventsTextBytesMax >= kTextBytesMax, "a longest text must fit a page");
static_assert(kMembershipsMax + kDirectRoomsMax <= kEventsMax, "all rooms of a client must fit an array");
static_assert(kDirectRoomsFromStrangersMax < kDirectRoomsReceivedMax, "acquaintances must find a place");
static_assert(kRoomBytesMax + sizeof("notice//") < 245, "libzmq 4.3.4 mishandles topics of 246 to 255 bytes");
static_assert(kTickDeadMs > 3 * kTickMs, "two lost ticks are not yet a dead feed");

}  // namespace palabre::limits
