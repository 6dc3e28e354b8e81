#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "broker/domain/connection.hpp"
#include "broker/domain/effects.hpp"
#include "broker/domain/records.hpp"
#include "broker/domain/segment.hpp"
#include "schema/frames.hpp"
#include "schema/messages.hpp"

/// The few interfaces through which decisions reach the outside. Fakes for tests are in tests/support.
namespace palabre::broker {

enum class CommitResult : std::uint8_t {
  committed,
  full,  ///< no space: nothing of the batch was stored, everything earlier is intact
};

/// The durable matrix, written by the recorder thread only. Anything but a lack of space is thrown as
/// JournalFailure: the process must end and recover from disk.
class Journal {
 public:
  virtual ~Journal() = default;

  /// Everything the domain needs, from the store as it is.
  [[nodiscard]] virtual Image load() = 0;
  /// Stores all of `records`, whose cells are packed in `segments`, in one transaction and, when durable, one
  /// flush; or none of them.
  [[nodiscard]] virtual CommitResult commit(std::span<const Record> records,
                                            std::span<const Segment> segments) = 0;
  /// The highest counter stored for an outbox, 0 when it is unknown.
  [[nodiscard]] virtual Counter last_counter(ClientNumber client, OutboxId outbox) = 0;

  struct Original {
    RoomNumber room;
    Sequence sequence;
    Column column;
    TimeMs at;
  };
  /// Where the texts of an outbox from the counter `first` on were stored: of up to `count` in order, of as
  /// many as one look into the store gives, but at least of the first. Empty when that was never stored.
  [[nodiscard]] virtual std::vector<Original> originals(ClientNumber client, OutboxId outbox, Counter first,
                                                        std::size_t count) = 0;
};

/// Committed messages, readable from any session thread at any time; several readers work side by side. What
/// cannot be read, or is not what was stored, is a std::runtime_error.
class Archive {
 public:
  virtual ~Archive() = default;

  struct StoredEvent {
    ClientNumber client;
    Column column;
    TimeMs at;
    std::string text;
  };
  /// Up to `count` messages with sequences from `from` on, in order, within limits::kEventsTextBytesMax of
  /// text (but at least one).
  [[nodiscard]] virtual std::vector<StoredEvent> page(RoomNumber room, Sequence from, std::size_t count) = 0;
  /// The room's last sequence, 0 when it is empty.
  [[nodiscard]] virtual Sequence head(RoomNumber room) = 0;
  /// The first sequence stored at or after `time`; head + 1 when there is none.
  [[nodiscard]] virtual Sequence first_since(RoomNumber room, TimeMs time) = 0;

  struct StoredCell {
    Column column;
    RoomNumber room;
    Sequence sequence;
    TimeMs at;
    std::string text;
  };
  /// Up to `count` cells of a client's row from column `from` on; bounded like page().
  [[nodiscard]] virtual std::vector<StoredCell> row(ClientNumber client, Column from, std::size_t count) = 0;
  /// The row's length.
  [[nodiscard]] virtual Column columns(ClientNumber client) = 0;
  /// Up to `count` of what was done to people in a closed room, from `number` on.
  [[nodiscard]] virtual std::vector<record::Moderated> moderations(RoomNumber room, std::uint64_t number,
                                                                   std::size_t count) = 0;
  /// A single cell.
  [[nodiscard]] virtual std::optional<StoredCell> cell(ClientNumber client, Column column) = 0;
};

/// An encoded reply and where it goes.
struct Outgoing {
  ConnectionId connection;
  Bytes frame;
};

/// The way back to a client: the router's outbox. Never waits; drops when it is full.
class Replies {
 public:
  virtual ~Replies() = default;
  virtual void send(ConnectionId connection, Bytes frame) = 0;
  /// As a send of each, in this order, but under one lock and with one wake-up. Leaves `replies` empty, with
  /// whatever room it has for the next ones.
  virtual void send_all(std::vector<Outgoing>& replies) = 0;
};

/// The router's outbox as the greeter sees it: it also says whose a connection is. In one queue, so that a
/// WELCOME never overtakes the binding it speaks of.
class Switchboard : public Replies {
 public:
  virtual void bind(ConnectionId connection, ClientNumber client) = 0;
  virtual void unbind(ConnectionId connection) = 0;
  /// Hangs up, whatever the other side does.
  virtual void end(ConnectionId connection) = 0;
};

/// The greeter's mailbox as the recorder sees it. Never waits: the greeter waits for the recorder.
class Door {
 public:
  virtual ~Door() = default;
  virtual void admitted(effect::Admitted admitted) = 0;
  virtual void departed(effect::Departed departed) = 0;
  virtual void ruled(effect::Ruling ruling) = 0;
};

/// Wall time in milliseconds since 1970. Asked for by whoever stamps; the domain is told.
using WallClock = std::function<TimeMs()>;

/// The way to everybody: the publisher's queue. Waits when it is full.
class Feed {
 public:
  virtual ~Feed() = default;
  virtual void publish(PackedBatch batch) = 0;
  virtual void notify(Notice notice) = 0;
};

}  // namespace palabre::broker
