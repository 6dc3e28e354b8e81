#pragma once

#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "client/client.hpp"
#include "client/events.hpp"
#include "client/feed_watch.hpp"
#include "client/followed_rooms.hpp"
#include "client/heartbeat.hpp"
#include "client/moment.hpp"
#include "client/pending_calls.hpp"
#include "client/pending_posts.hpp"

namespace palabre {

/// What the sockets and the application are to do, in the order of the fields.
struct Effects {
  std::vector<KeptRecord> kept;  ///< for the outbox file, to be safe there before anything else is done
  bool closes_sockets = false;
  bool reopens_talk = false;               ///< a new DEALER socket instead of the old one
  std::optional<std::uint16_t> feed_port;  ///< a new SUB socket instead of the old one, to this port
  std::vector<std::string> subscriptions;
  std::vector<std::string> unsubscriptions;
  std::vector<Bytes> frames;  ///< for the talk socket
  Events events;
  std::vector<Finished> finished;
};

/// One client's side of the dialogue in schema/README.md: hello, liveness, what is asked and sent again after
/// each new connection. Pure: is told what happened and when, and answers with Effects. Belongs to one
/// thread.
///
///   unconnected ── talk_up ──► greeting ── WELCOME ──► welcomed ── say_goodbye ──► leaving ── FAREWELL ──►
///   over
///        ▲                        │ │ refused for good      │
///        └── talk_down, silence ──┴─┼───────────────────────┘
///                                   └──────────────────► refused
class Conversation {
 public:
  struct Options {
    ClientOptions client;                ///< with tcp://HOST:PORT for a server
    std::uint64_t seed = 0;              ///< for outbox ids and jitter
    std::optional<KeptPosts> kept = {};  ///< what the outbox file holds, when there is one
    std::string invite = {};             ///< the code of an invitation, if there is one
    bool is_encrypted = false;
  };

  explicit Conversation(Options options);

  // From the application.
  void await_welcome(CallNumber call, Moment deadline);
  void call(CallNumber call, Request request, Moment deadline);
  void follow(const std::string& room, std::optional<Sequence> from, Moment now);
  void unfollow(const std::string& room);
  void post(Counter ticket, std::string room, std::string text);
  void say_goodbye(Moment now);
  /// The application reads its events too slowly: messages are left with the broker, notices are dropped.
  void set_backlogged(bool is_backlogged);

  // From the sockets.
  void talk_up(Moment now);
  void talk_down(Moment now);
  /// The connection cannot come up, for a reason that people should read.
  void talk_failed(const std::string& why);
  /// The broker does not let this client's key connect, and will not when it is tried again.
  void not_admitted();
  /// A connection came up and broke before it could be used.
  void handshake_failed();
  /// Who answers is not the broker whose key we know, or, when we know none, one that encrypts.
  void another_key();
  void take_talk(std::string_view frame, Moment now);
  void take_feed(std::string_view topic, std::string_view body, Moment now);

  /// Does what is due. To be called after anything above, and at wake_at().
  void advance(Moment now);
  [[nodiscard]] Moment wake_at(Moment now) const;
  [[nodiscard]] Effects take_effects();
  /// Said goodbye, and nothing more is to be waited for.
  [[nodiscard]] bool is_over() const { return stage_ == Stage::over; }

 private:
  enum class Stage : std::uint8_t { unconnected, greeting, welcomed, refused, leaving, over };
  struct Waiter {
    CallNumber call;
    Moment deadline;
  };

  // conversation.cpp: time, connections, what is sent.
  [[nodiscard]] PendingPosts begin_posts(const std::optional<KeptPosts>& kept);
  void say_hello(Moment now);
  void lose(Moment now, const std::string& why);
  void forget_requests();
  void open_feed(Moment now);
  void expire(Moment now);
  void watch_connection(Moment now);
  void send_what_is_due(Moment now);
  void send(RequestId id, const Request& request, Moment now);
  void tell(Events events);
  void tell_link(event::LinkState state, std::string text);
  void finish(std::vector<Finished> finished);
  [[nodiscard]] std::vector<std::string> topics_of(const std::string& room) const;
  [[nodiscard]] RequestId take_id();
  [[nodiscard]] double jitter();
  [[nodiscard]] Problem problem_at_deadline() const;

  // conversation_replies.cpp: what the broker said.
  void on(RequestId id, const reply::Welcome& welcome, Moment now);
  void on(RequestId id, const reply::Stored& stored, Moment now);
  void on(RequestId id, const reply::Joined& joined, Moment now);
  void on(RequestId id, const reply::Left& left, Moment now);
  void on(RequestId id, const reply::Page& page, Moment now);
  void on(RequestId id, const reply::Heads& heads, Moment now);
  void on(RequestId id, const reply::Pong& pong, Moment now);
  void on(RequestId id, const reply::Farewell& farewell, Moment now);
  void on(RequestId id, const reply::Said& said, Moment now);
  void on(RequestId id, const reply::Noticed& noticed, Moment now);
  void on(RequestId id, const Refusal& refusal, Moment now);
  template <class Other>
  void on(RequestId id, const Other& reply, Moment now);
  void answer_call(RequestId id, Reply reply);
  void tell_shut_out(Events events);
  void hello_refused(const Refusal& refusal, Moment now);
  [[nodiscard]] std::string why_of_another_key() const;
  void give_up(const Problem& problem);
  void take_tick(std::string_view body, Moment now);
  void take_notice(const Notice& notice);
  void be_called(const std::string& name);
  [[nodiscard]] bool is_for_us(const Notice& notice, const NoticeEvent& what) const;
  void meet_direct_rooms(const std::vector<RoomHead>& rooms);
  void meet_direct_room(const std::string& room);
  void rename_room(const std::string& before, const std::string& now);

  ClientOptions options_;
  const std::string invite_;
  const bool is_encrypted_;
  std::mt19937_64 random_;
  const RunId run_;
  Stage stage_ = Stage::unconnected;
  Effects effects_;

  RequestId next_id_{1};
  RequestId hello_;
  Moment hello_until_{};                      ///< when the HELLO under way is given up, or said again
  bool was_turned_away_ = false;              ///< the broker said to try HELLO again later
  std::optional<Refusal> last_turning_away_;  ///< in those words, and it is there still
  std::optional<Moment> reopen_at_;
  Moment leave_at_{};          ///< when FAREWELL is no longer waited for
  bool is_announced_ = false;  ///< the application was told `connected`, and not `lost` since
  std::string last_failure_;
  unsigned handshakes_failed_ = 0;  ///< one after the other
  std::optional<reply::Welcome> welcome_;
  std::set<std::string>
      known_direct_rooms_;        ///< what the first WELCOME named is for the application to follow
  bool is_room_missing_ = false;  ///< a direct one has another name that is not known yet: no other is new
  std::optional<Problem> end_;    ///< why this client does not try any more
  std::vector<Waiter> waiters_;   ///< for the first WELCOME

  bool is_backlogged_ = false;
  bool is_feed_open_ = false;
  Heartbeat heartbeat_;
  FeedWatch feed_watch_;
  FollowedRooms rooms_;
  PendingCalls calls_;
  PendingPosts posts_;
};

}  // namespace palabre
