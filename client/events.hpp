#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "schema/frames.hpp"
#include "schema/ids.hpp"
#include "schema/refusal.hpp"

/// What a Client tells its application, in the order in which it happened.
namespace palabre::event {

/// One message of a followed room: in sequence order, each once.
struct Message {
  std::string room;
  Sequence sequence;
  Epoch epoch;
  ClientNumber client;
  std::string name;
  Column column;
  TimeMs at;
  std::string text;
  bool is_replay = false;  ///< stored before following began; news fetched late, after a loss, are still news
};

/// Somebody came, went, joined or left, has another key or name; or something was done to somebody in a
/// closed room, which is told even of one that we do not follow, when it was done to us.
struct Notice {
  std::string room;
  TimeMs at;
  NoticeEvent what;
};

/// A private room is none of ours any more: we were sent away from it, or banned. It is followed no longer.
struct ShutOut {
  std::string room;
};

/// Whom we talk to in a direct room has another name now, and so has the room. All goes on where it was.
struct RoomRenamed {
  std::string before;
  std::string now;
};

/// A post of ours is safe (`is_durable`), or at least received by a broker that keeps messages in memory.
struct Stored {
  Counter counter;  ///< what post() returned
  std::string room;
  Sequence sequence;
  ClientNumber client;
  Column column;
  TimeMs at;
  bool is_durable = true;
};

/// A post of ours will never be stored.
struct PostRefused {
  Counter counter;
  std::string room;
  Refusal refusal;
};

/// Posts of ours from this one on cannot be stored for now, for a reason that people should know, such as a
/// full disk. They are tried again. Told once, until something is stored.
struct PostDelayed {
  Counter counter;
  std::string room;
  Refusal refusal;
};

/// Everything up to `head` of a followed room has been handed over.
struct CaughtUp {
  std::string room;
  Sequence head;
};

enum class LinkState : std::uint8_t { connecting, connected, lost, refused };

/// The connection changed. `text` is for people. After `refused` the client will not try again.
struct Link {
  LinkState state = LinkState::connecting;
  std::string text;
};

/// The operator gave us another name: we heard it, or came back to it. The old one still reaches us.
struct NameChanged {
  std::string before;
  std::string now;
};

/// The broker's store went back in time or is another: sequences begin anew.
struct EpochChanged {
  Epoch before;
  Epoch now;
};

/// The broker's store ends at `head` although we saw up to `seen` in this same epoch: an old copy was put
/// back. What was seen after `head` is no longer in the store; following goes on with what is stored from now
/// on.
struct StoreWentBack {
  std::string room;
  Sequence seen;
  Sequence head;
};

}  // namespace palabre::event

namespace palabre {

using ClientEvent = std::variant<event::Message, event::Notice, event::ShutOut, event::RoomRenamed,
                                 event::Stored, event::PostRefused, event::PostDelayed, event::CaughtUp,
                                 event::Link, event::NameChanged, event::EpochChanged, event::StoreWentBack>;
using Events = std::vector<ClientEvent>;

}  // namespace palabre
