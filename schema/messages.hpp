#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "schema/ids.hpp"
#include "schema/keys.hpp"
#include "schema/limits.hpp"
#include "schema/notice.hpp"
#include "schema/refusal.hpp"
#include "schema/roles.hpp"
#include "schema/texts.hpp"

/// What is said on the talk port, one struct a message, named as on the wire (schema/README.md, section 5).
namespace palabre {

struct RoomHead {
  std::string room;
  Sequence head;
  friend bool operator==(const RoomHead&, const RoomHead&) = default;
};

struct NamedClient {
  ClientNumber client;
  std::string name;
  friend bool operator==(const NamedClient&, const NamedClient&) = default;
};

/// One message as readers get it. Its sequence is the batch's `first` plus its place in the batch.
struct Event {
  ClientNumber client;
  Column column;
  std::string text;
  TimeMs at;
  friend bool operator==(const Event&, const Event&) = default;
};

/// Events of one room with consecutive sequences: a feed frame, or a page of history.
struct Batch {
  Epoch epoch;
  std::string room;
  Sequence first;
  std::vector<NamedClient> names;
  std::vector<Event> events;
  friend bool operator==(const Batch&, const Batch&) = default;
};

namespace request {

struct Hello {
  std::uint64_t version = limits::kProtocolVersion;
  std::string name;
  std::string token = {};   ///< the secret where there is no encryption; empty: not said
  RunId run = {};           ///< takes the place of its other connections; 0: not said
  std::string invite = {};  ///< the code of an invitation; empty: not said
};
struct Post {
  std::string room;
  OutboxId outbox;
  Counter counter;  ///< of the first text
  Texts texts;
};
struct Join {
  std::string room;
};
struct Leave {
  std::string room;
};
/// Exactly one of `from` and `since` is given.
struct History {
  std::string room;
  std::optional<Sequence> from;
  std::optional<TimeMs> since;
  std::uint64_t count = limits::kEventsMax;
};
struct Row {
  ClientNumber client;
  Column from{1};
  std::uint64_t count = limits::kEventsMax;
};
struct Heads {};
struct Rooms {};
struct Who {
  ClientNumber from{1};
  std::uint64_t count = limits::kWhoClientsMax;
  std::optional<std::string> room;
};
/// Looks for one identity, by its name.
struct Whois {
  std::string name;
};
struct Ping {};
struct Goodbye {};
/// Does something to somebody in a closed room.
struct Moderate {
  std::string room;
  Moderation action = Moderation::invite;
  std::string name;          ///< of whom
  std::optional<Role> role;  ///< with `role`, and perhaps with `invite`
  std::uint64_t for_ms = 0;  ///< with `mute`
  std::string reason = {};   ///< empty: none
};
/// What was done to whom in a closed room.
struct Audit {
  std::string room;
  std::uint64_t from = 1;
  std::uint64_t count = limits::kEventsMax;
};

}  // namespace request

using Request = std::variant<request::Hello, request::Post, request::Join, request::Leave, request::History,
                             request::Row, request::Heads, request::Rooms, request::Who, request::Whois,
                             request::Ping, request::Goodbye, request::Moderate, request::Audit>;

namespace reply {

struct Limits {
  std::uint64_t text_bytes = limits::kTextBytesMax;
  std::uint64_t texts = limits::kTextsMax;
  std::uint64_t request_bytes = limits::kRequestBytesMax;
  std::uint64_t page_events = limits::kEventsMax;
};
struct Welcome {
  std::uint64_t version = limits::kProtocolVersion;
  ClientNumber client;
  std::string name;
  bool is_new = false;
  Epoch epoch;
  std::uint16_t feed_port = 0;
  std::uint64_t heartbeat_ms = 0;
  TimeMs time;
  std::vector<RoomHead> rooms;
  Limits limits;
};
struct Ack {
  Counter counter;
  Sequence sequence;
  Column column;
  TimeMs at;
  friend bool operator==(const Ack&, const Ack&) = default;
};
/// `stored` on the wire when durable, `received` when not.
struct Stored {
  bool is_durable = true;
  std::string room;
  OutboxId outbox;
  std::vector<Ack> acks;
};
struct Joined {
  std::string room;
  Sequence head;
  bool is_new = false;
};
struct Left {
  std::string room;
};
struct Page {
  Batch batch;
  Sequence head;
};
struct Cell {
  Column column;
  std::string room;
  Sequence sequence;
  std::string text;
  TimeMs at;
  friend bool operator==(const Cell&, const Cell&) = default;
};
struct Row {
  ClientNumber client;
  std::string name;
  Column columns;  ///< the row's length
  std::vector<Cell> cells;
  Column next = {};  ///< the first column that may follow; 0: that was all
};
struct Heads {
  Epoch epoch;
  std::vector<RoomHead> rooms;
};
struct RoomEntry {
  std::string room;
  Sequence head;
  std::uint64_t members = 0;
};
struct Rooms {
  std::vector<RoomEntry> rooms;
};
struct ClientEntry {
  ClientNumber client;
  std::string name;
  bool is_online = false;
  std::optional<Role> role = {};  ///< in the closed room that was asked for
};
struct Who {
  std::vector<ClientEntry> clients;
  ClientNumber next;  ///< 0: that was all
};
struct Whois {
  ClientNumber client;
  std::string name;
  bool is_online = false;
  CurveKey key = {};  ///< public; empty: none
};
struct Pong {
  TimeMs time;
  Epoch epoch;
  std::vector<RoomHead> rooms = {};  ///< the private ones that the client is in
};
struct Farewell {};
struct Moderated {
  std::string room;
  Moderation action = Moderation::invite;
  std::string name;
};
struct AuditEntry {
  std::uint64_t number = 0;
  TimeMs at;
  Moderation action = Moderation::invite;
  std::string by;
  std::string name;
  std::optional<Role> role;  ///< the one given
  TimeMs until;              ///< of a mute
  std::string reason;
  friend bool operator==(const AuditEntry&, const AuditEntry&) = default;
};
struct Audit {
  std::string room;
  std::vector<AuditEntry> entries;
  std::uint64_t next = 0;  ///< 0: that was all
};
/// Said in a private room just now. Answers no request: its id is 0.
struct Said {
  Batch batch;
};
/// Happened in a private room just now. Answers no request, either.
struct Noticed {
  Notice notice;
};

}  // namespace reply

using Reply = std::variant<reply::Welcome, reply::Stored, reply::Joined, reply::Left, reply::Page, reply::Row,
                           reply::Heads, reply::Rooms, reply::Who, reply::Whois, reply::Pong, reply::Farewell,
                           reply::Moderated, reply::Audit, reply::Said, reply::Noticed, Refusal>;

}  // namespace palabre
