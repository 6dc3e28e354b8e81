#pragma once

#include <deque>
#include <optional>
#include <string>

#include "client/events.hpp"
#include "client/moment.hpp"
#include "schema/messages.hpp"

namespace palabre {

/// One followed room: hands over each of its messages once and in order, whatever the feed lost or repeated
/// (schema/README.md, section 7). Pure: no socket, thread or clock.
///
///        1 … last_        a hole           ahead_ (a run without a hole)      head_
///   ─────────────────┼──────────────────┼───────────────────────────────┼───────────
///    handed over       due by HISTORY      came early, handed over next    known to exist
///
/// It is anchored once the room's head was told. Until then the feed is only noted: that head may be older
/// than what the feed has said, because the two are different connections. One HISTORY is under way at most.
/// All batches and pages given to it are of its epoch.
class Timeline {
 public:
  /// Hands over what comes from `from` on, or without it only what is stored after the head it is anchored
  /// at.
  Timeline(std::string room, std::optional<Sequence> from);

  /// The room goes on under another name. What was asked for under the old one is asked for anew.
  void rename(std::string room);
  [[nodiscard]] bool is_anchored() const { return is_anchored_; }
  [[nodiscard]] Sequence last() const { return last_; }
  [[nodiscard]] bool has_gap() const { return is_anchored_ && head_ > last_; }

  /// The room's head as following begins. Messages up to it are replay, those after it are news, however
  /// late.
  [[nodiscard]] Events anchor(const Epoch& epoch, Sequence head);
  /// The epoch changed: forgets everything and waits for an anchor. Who followed from the first message on
  /// gets the new epoch's first messages too; others go on from the new head.
  void begin_anew();

  [[nodiscard]] Events take_batch(const Batch& batch);
  /// What waits behind a hole may be another store's than what will come, and comes again.
  void forget_ahead();
  /// A head from the feed: may be older than what we know, so it only ever reveals more.
  [[nodiscard]] Events note_head(Sequence head);

  /// HELLO or HEADS is being asked: the answer cannot name a head below the one known now.
  void expect_heads() { head_when_asked_ = head_; }
  /// The head that WELCOME names. What was known when HELLO was said had been stored by then: a head below
  /// that says that the store went back, and the next answer may not say so any more.
  [[nodiscard]] Events believe_head(Sequence head);
  /// The head that HEADS names. Twice below what was known when asked, the store went back; once
  /// may be a broker's read that ran a moment behind its feed.
  [[nodiscard]] Events judge_head(Sequence head);
  /// A head was too low once: HEADS should be asked again.
  [[nodiscard]] bool doubts_head() const { return suspected_head_.has_value(); }
  /// Nobody names this room's head (we are no member): a HISTORY will, asked until a page answers.
  void probe() { is_probing_ = is_anchored_; }
  /// The connection is back: CaughtUp is due once more when nothing is missing.
  [[nodiscard]] Events connection_back();

  /// The HISTORY to ask now, if any.
  [[nodiscard]] std::optional<request::History> refill_due(Moment now) const;
  void refill_sent(RequestId request, Moment now);
  [[nodiscard]] bool awaits(RequestId request) const { return refill_ && refill_->request == request; }
  [[nodiscard]] Events take_page(const reply::Page& page, Moment now);
  /// A room that is gone counts as an empty one: the store went back.
  [[nodiscard]] Events refill_refused(const Refusal& refusal, Moment now, double jitter);
  /// The answer to what was asked is worth nothing.
  void forget_question();
  /// No answer comes any more. The feed may go on, and from another store: from now on nothing of it waits
  /// behind a hole, until the connection is back.
  void connection_lost();
  /// When refill_due is worth asking again; nothing when only news can change it.
  [[nodiscard]] std::optional<Moment> refill_at() const;

 private:
  struct Refill {
    RequestId request;
    Moment deadline;
    Sequence head_when_asked;
  };

  [[nodiscard]] Sequence gap_end() const;
  void hand_over(const Batch& batch, Events& events);
  void keep_ahead(const Batch& batch);
  void hand_over_ahead(Events& events);
  void weigh(Sequence head, Sequence known, Events& events);
  void go_back(Sequence head, Events& events);
  void conclude(Events& events);

  std::string room_;
  std::optional<Sequence> from_;
  bool is_anchored_ = false;
  Epoch epoch_;
  Sequence last_;
  Sequence head_;
  Sequence replay_until_;
  std::optional<Sequence> catch_up_target_;  ///< the head at the anchor, until it is reached
  bool is_behind_ = false;                   ///< a gap was seen and CaughtUp not yet said
  bool is_probing_ = false;
  bool is_connected_ = true;

  std::deque<Batch> ahead_;
  std::size_t ahead_events_ = 0;

  Sequence head_when_asked_;
  std::optional<Sequence> suspected_head_;

  std::optional<Refill> refill_;
  unsigned refusals_ = 0;  ///< in a row, of those that do not say when to ask again
  Moment not_before_{};
};

}  // namespace palabre
