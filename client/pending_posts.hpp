#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/events.hpp"
#include "client/kept_posts.hpp"
#include "client/moment.hpp"
#include "schema/messages.hpp"

namespace palabre {

/// Our posts until each is stored or refused for good (schema/README.md, section 4). Pure: no socket, thread
/// or clock.
///
///   add ─► waiting_ ─► parcels_  ── next ──► POST requests, up to kWindow under way, always the first ones
///          (texts)     (one POST each: outbox, counters, texts of one room)
///
/// Rules that make each post be stored once and in order, whatever is lost, refused or repeated:
/// - A parcel keeps its texts and counters for every resend, so a repeat meets the original acknowledgement.
/// - Replies are matched by request id. A setback (refusal, time-out, new connection) makes every parcel from
///   the one concerned on not sent, which forgets their ids: their late replies mean nothing any more.
/// - The connection is first in, first out: what was sent behind a refused parcel is refused `out_of_order`.
///   So when a parcel is refused for good, those behind it are not stored, and go to a fresh outbox.
///   Closing the gap in the old outbox would give their counters to other texts, and a late frame of a
///   connection thought dead could then be taken for them.
/// - A parcel of a fresh outbox waits until the older outbox is acknowledged, since counters order only
///   within one.
/// - An outbox that outlives its program says of each change what to write down before anything else is done,
///   and begins with what was written down before.
class PendingPosts {
 public:
  using MakeOutbox = std::function<OutboxId()>;
  explicit PendingPosts(MakeOutbox make_outbox);
  /// Goes on where a run before this one stopped, and keeps what changes.
  PendingPosts(MakeOutbox make_outbox, const KeptPosts& kept);

  /// `ticket` is what the application knows the post by; it never changes.
  void add(Counter ticket, std::string room, std::string text);
  [[nodiscard]] std::size_t size() const { return size_; }
  /// The ticket of the newest post; 0 when there was none.
  [[nodiscard]] Counter last() const { return last_ticket_; }
  /// The ticket of the oldest post that is neither stored nor refused, if there is one.
  [[nodiscard]] std::optional<Counter> first_unanswered() const;
  /// What is to be written down before anything that was decided since the last time is done.
  [[nodiscard]] std::vector<KeptRecord> take_records() { return std::exchange(records_, {}); }
  /// What WELCOME said this broker takes.
  void set_limits(const reply::Limits& limits) { limits_ = limits; }

  /// The POST to send now under the id `request`, if any.
  [[nodiscard]] std::optional<request::Post> next(RequestId request, Moment now);
  [[nodiscard]] bool awaits(RequestId request) const;
  [[nodiscard]] Events stored(RequestId request, const reply::Stored& reply, ClientNumber client, Moment now);
  [[nodiscard]] Events refused(RequestId request, const Refusal& refusal, Moment now, double jitter);
  /// Nothing under way will be answered; all of it is sent again.
  void connection_lost();
  /// When next() is worth asking again without news; nothing when it is not.
  [[nodiscard]] std::optional<Moment> next_at(Moment now) const;

 private:
  struct Post {
    Counter ticket;
    std::string text;
  };
  struct Waiting {
    std::string room;
    Post post;
  };
  struct Parcel {
    OutboxId outbox;
    Counter first;
    std::string room;
    std::vector<Post> posts;
    RequestId request;

    /// Whether a text of that place can be the next one in it.
    [[nodiscard]] bool goes_on_with(OutboxId other_outbox, Counter counter,
                                    const std::string& other_room) const;
    /// Whether some of it comes before `counter`, and some not.
    [[nodiscard]] bool is_divided_by(Counter counter) const {
      return counter > first && counter < first.plus(posts.size());
    }
  };

  void keep(KeptRecord record);
  void begin_outbox(Counter from);
  void pack();
  void expect_answer(Moment now);
  void give_up_late(Moment now);
  [[nodiscard]] std::optional<std::size_t> place_of(RequestId request) const;
  void unsend_from(std::size_t place);
  void move_to_fresh_outbox(std::size_t place);
  void split(std::size_t place);
  void split_at(std::size_t place, Counter due);
  void drop(std::size_t place, const Refusal& refusal, Events& events);
  void delay(std::size_t place, const Refusal& refusal, Events& events);
  void out_of_order(std::size_t place, const Refusal& refusal, Moment now);

  MakeOutbox make_outbox_;
  bool is_kept_ = false;
  std::vector<KeptRecord> records_;
  Counter last_ticket_;
  reply::Limits limits_;
  OutboxId outbox_;
  Counter next_counter_{1};
  std::deque<Waiting> waiting_;
  std::deque<Parcel> parcels_;
  std::size_t under_way_ = 0;  ///< so many parcels, the first ones, are sent and not answered
  std::size_t size_ = 0;
  Moment answer_due_{};     ///< by when the first parcel under way must be answered
  unsigned late_ = 0;       ///< time-outs since something was stored
  unsigned disorders_ = 0;  ///< out_of_order since something was stored
  bool is_delay_told_ = false;
  Moment not_before_{};
};

}  // namespace palabre
