#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "client/events.hpp"
#include "client/texts_digest.hpp"
#include "schema/messages.hpp"
#include "schema/result.hpp"

namespace palabre {

struct ClientOptions {
  /// The talk address, tcp://HOST:PORT, of a broker without encryption; or an invitation, palabre://….
  std::string server = "tcp://127.0.0.1:8420";
  std::string name;   ///< schema/README.md: name
  std::string token;  ///< the identity's secret without encryption; client/identity.hpp keeps one
  /// The identity's secret key as text, needed with an invitation; client/identity.hpp keeps one.
  std::string secret_key = {};
  std::string broker_key_origin = {};  ///< where the broker's key was found, for sentences about it
  bool wants_notices = false;          ///< subscribe to came, went, joined, left, rekeyed, renamed
  bool wants_feed = true;              ///< false: only requests and posts; follow() is not allowed
  /// Rooms between us and somebody who first writes after the first WELCOME are followed from their first
  /// message.
  bool follows_new_direct_rooms = false;
  /// Where posts are kept until their fate is known, so that the next run sends again what this one left; one
  /// program at a time. Empty: nowhere.
  std::filesystem::path outbox_file = {};
};

/// What an outbox file held when it was opened.
struct Resumed {
  Counter last;             ///< the last post of the runs before; post() counts on from there
  std::size_t pending = 0;  ///< so many of theirs are sent again, and their fates told
  std::uint64_t refused = 0;
  TextsDigest texts;  ///< of all their posts, in order
};

enum class ProblemKind : std::uint8_t {
  refused,      ///< the broker said no; `refusal` says why
  unreachable,  ///< nobody answers at that address
  timed_out,    ///< connected, but no answer in time
  untrusted,    ///< what answers does not have the key that this broker should have
  broken,       ///< this machine failed, such as a disk that should keep the outbox
};

/// Why a call has no result. `text` is one sentence for people.
struct Problem {
  ProblemKind kind = ProblemKind::unreachable;
  Refusal refusal;  ///< when kind is refused; with retry_after_ms nothing but time is wanting
  std::string text;
};

template <class T>
using Answer = std::variant<T, Problem>;

/// A member of a palabre broker. Keeps the connection up by itself, hands over each message of the followed
/// rooms once and in order, and resends posts until they are acknowledged.
///
/// All methods may be called from one application thread; the sockets live on a thread of the client's own.
/// Calls that wait take a timeout, survive a reconnect meanwhile, and are tried again when the broker is
/// busy. While more than 65,536 events are unread, messages are left with the broker and fetched later, and
/// notices are dropped. The destructor says GOODBYE and waits at most a second.
class Client {
 public:
  using Milliseconds = std::chrono::milliseconds;

  /// Throws std::runtime_error with a sentence when there is an outbox file that cannot be used.
  explicit Client(ClientOptions options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Waits for the first WELCOME. The client goes on trying after a time-out until it is destroyed.
  [[nodiscard]] Answer<reply::Welcome> connect(Milliseconds timeout);

  /// Queues a message; its fate comes as event::Stored or event::PostRefused with the counter returned here.
  /// Refuses at once what no broker would take (too long, bad text, bad room), and `busy` while 16,384 posts
  /// wait for their fate. Needs membership of the room. With an outbox file the post is in it before it is
  /// sent; a post that is in it when the program ends is sent by the next one.
  [[nodiscard]] Result<Counter> post(const std::string& room, std::string text);
  /// How many posts there are whose event::Stored or event::PostRefused next_event() has not handed over yet.
  [[nodiscard]] std::size_t unacknowledged() const;
  /// What runs before this one left in the outbox file. A program that can say everything again goes on
  /// behind the post `last`, and so says each thing once.
  [[nodiscard]] Resumed resumed() const;
  /// The work is done: the outbox file is removed with this client. Requires that nothing is unacknowledged.
  void discard_outbox();

  /// Joins the room and hands over its messages from `from` on, and new ones for ever; without `from`, only
  /// what is stored after the room's present head. Following a room twice changes nothing; leaving it ends
  /// that. When the broker's epoch changes, who followed from the first message on gets the new first ones
  /// too, others what is stored from then on.
  [[nodiscard]] Answer<reply::Joined> follow(const std::string& room, std::optional<Sequence> from,
                                             Milliseconds timeout);
  void unfollow(const std::string& room);

  [[nodiscard]] Answer<reply::Joined> join(const std::string& room, Milliseconds timeout);
  [[nodiscard]] Answer<reply::Left> leave(const std::string& room, Milliseconds timeout);
  [[nodiscard]] Answer<reply::Page> history(const request::History& wanted, Milliseconds timeout);
  [[nodiscard]] Answer<reply::Row> row(const request::Row& wanted, Milliseconds timeout);
  [[nodiscard]] Answer<reply::Rooms> rooms(Milliseconds timeout);
  [[nodiscard]] Answer<reply::Who> who(const request::Who& wanted, Milliseconds timeout);
  [[nodiscard]] Answer<reply::Whois> whois(const std::string& name, Milliseconds timeout);
  [[nodiscard]] Answer<reply::Pong> ping(Milliseconds timeout);
  /// Invites, gives a role, sends away: in a closed room, if our role there allows it.
  [[nodiscard]] Answer<reply::Moderated> moderate(const request::Moderate& wanted, Milliseconds timeout);
  [[nodiscard]] Answer<reply::Audit> audit(const request::Audit& wanted, Milliseconds timeout);

  /// The next event, waiting at most `timeout`; nothing when none came.
  [[nodiscard]] std::optional<ClientEvent> next_event(Milliseconds timeout);
  /// Readable while events wait: for a poll loop that also reads a keyboard. Read events with next_event(0).
  [[nodiscard]] int event_descriptor() const;

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace palabre
