#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "schema/ids.hpp"
#include "schema/keys.hpp"
#include "schema/roles.hpp"
#include "schema/texts.hpp"

/// What the journal keeps: the facts that the domain decided, in order. Replaying them rebuilds its state.
namespace palabre::broker {

/// A room's row in the store, counted from 1 in the order rooms were made. `lobby` is 1.
using RoomNumber = Number<struct RoomTag, std::uint32_t>;

inline constexpr RoomNumber kLobby{1};
inline constexpr std::string_view kLobbyName = "lobby";

/// BLAKE2b-256 of an identity's secret token, 32 raw bytes. The token itself is never kept.
using TokenHash = std::string;

/// Which invitation a newcomer used: each is good for one. Random, below 2^63; 0 for none.
using InviteId = Number<struct InviteTag, std::uint64_t>;

/// How an identity is proven: by the key of its connections, or, where nothing is encrypted, by a secret.
struct Proof {
  TokenHash token;    ///< empty: none
  CurveKey key = {};  ///< public; empty: none
  InviteId invite = {};
  friend bool operator==(const Proof&, const Proof&) = default;
};

/// What a closed room knows of somebody: a member, somebody invited, or somebody banned.
struct Standing {
  Role role = Role::voice;
  TimeMs muted_until = {};  ///< posts nothing until then
  bool is_banned = false;
  friend bool operator==(const Standing&, const Standing&) = default;
};

namespace record {

struct Registered {
  ClientNumber client;
  std::string name;
  Proof proof;
  TimeMs at;
};
/// An identity that had none, or has lost it, is proven by this key from now on.
struct KeyBound {
  ClientNumber client;
  CurveKey key;
  bool voids_token = false;  ///< the token proves it no more
};
/// What the operator did; kept for ever. Who is banned follows from it, and what people are called.
struct OperatorAct {
  enum class Kind : std::uint8_t { ban, unban, add, rebind, rename };
  Kind kind;
  ClientNumber client;
  std::string text;  ///< of a ban, the reason; of an add or a rebind, the key as text; of a rename, the name
  TimeMs at;
};
struct RoomMade {
  RoomNumber room;
  std::string name;
  ClientNumber by;  ///< 0 for the lobby
  TimeMs at;
};
struct Joined {
  RoomNumber room;
  ClientNumber client;
  TimeMs at;
};
struct Left {
  RoomNumber room;
  ClientNumber client;
  TimeMs at;
};
/// Where somebody stands in a closed room from now on; nothing: nowhere.
struct StandingChanged {
  RoomNumber room;
  ClientNumber client;
  std::optional<Standing> standing;
};
/// Something was done to somebody in a closed room.
struct Moderated {
  RoomNumber room;
  std::uint64_t number;  ///< counts from 1 in each room
  TimeMs at;
  ClientNumber by;
  Moderation action;
  ClientNumber client;
  std::optional<Role> role;  ///< the one given
  TimeMs until;              ///< of a mute
  std::string reason;
  friend bool operator==(const Moderated&, const Moderated&) = default;
};
/// A stretch of the matrix: what one POST said. Column, sequence and counter are the first text's, and count
/// on from there.
struct Cells {
  ClientNumber client;
  Column column;
  RoomNumber room;
  Sequence sequence;
  TimeMs at;
  OutboxId outbox;
  Counter counter;
  bool continues_outbox = false;  ///< the cell before this stretch has the counter before, of the same outbox
  Texts texts;
};

}  // namespace record

using Record =
    std::variant<record::Cells, record::Registered, record::KeyBound, record::OperatorAct, record::RoomMade,
                 record::Joined, record::Left, record::StandingChanged, record::Moderated>;

/// All that the domain needs to go on from where the store ended.
struct Image {
  struct Client {
    ClientNumber number;
    std::string name;  ///< the one it registered under
    Proof proof;
    Column columns;                         ///< length of the row, 0 when empty
    std::optional<std::string> ban = {};    ///< why the operator keeps it out, if he does
    std::vector<std::string> renamed = {};  ///< what the operator called it since; the last one is its name
  };
  struct Room {
    RoomNumber number;
    std::string name;
    Sequence head;  ///< 0 when empty
    std::vector<ClientNumber> members;
    std::vector<std::pair<ClientNumber, Standing>> standings = {};
    std::uint64_t moderations = 0;  ///< so many are noted
    ClientNumber made_by = {};      ///< 0: nobody, or it is lost
  };
  Epoch epoch;
  TimeMs last_at;               ///< time of the newest message, 0 when there is none
  std::vector<Client> clients;  ///< by number: 1, 2, 3 …
  std::vector<Room> rooms;      ///< by number; the first is the lobby
};

}  // namespace palabre::broker
