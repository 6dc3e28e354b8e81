#include "client/timeline.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace palabre {
namespace {

using namespace std::chrono_literals;

/// After a page that brought nothing although something was missing.
constexpr Milliseconds kFruitlessPause = 1s;
constexpr Milliseconds kFruitlessPauseMax = 8s;
/// How much of the feed is kept while a hole before it is filled. Beyond that pages bring it again.
constexpr std::size_t kAheadEventsMax = 4 * limits::kEventsMax;

Sequence end_of(const Batch& batch) { return {batch.first.value + batch.events.size() - 1}; }

std::unordered_map<ClientNumber, std::string> names_in(const Batch& batch) {
  std::unordered_map<ClientNumber, std::string> names;
  for (const auto& [client, name] : batch.names) names.emplace(client, name);
  return names;
}

}  // namespace

Timeline::Timeline(std::string room, std::optional<Sequence> from) : room_(std::move(room)), from_(from) {}

void Timeline::rename(std::string room) {
  room_ = std::move(room);
  refill_.reset();
}

Events Timeline::anchor(const Epoch& epoch, Sequence head) {
  is_anchored_ = true;
  epoch_ = epoch;
  head_when_asked_ = replay_until_ = head;
  head_ = std::max(head_, head);
  last_ = !from_ ? head : Sequence{std::max<std::uint64_t>(from_->value, 1) - 1};
  catch_up_target_ = head;
  Events events;
  conclude(events);
  return events;
}

void Timeline::begin_anew() {
  const bool wants_everything = from_ && from_->value <= 1;
  *this = Timeline(room_, wants_everything ? from_ : std::nullopt);
}

Events Timeline::take_batch(const Batch& batch) {
  Events events;
  if (batch.events.empty()) return events;
  head_ = std::max(head_, end_of(batch));
  if (!is_anchored_) return events;
  if (batch.first > last_.next()) {
    if (is_connected_) keep_ahead(batch);
  } else {
    hand_over(batch, events);
    hand_over_ahead(events);
  }
  conclude(events);
  return events;
}

Events Timeline::note_head(Sequence head) {
  Events events;
  head_ = std::max(head_, head);
  if (is_anchored_) conclude(events);
  return events;
}

Events Timeline::judge_head(Sequence head) {
  Events events;
  if (!is_anchored_) return events;
  weigh(head, head_when_asked_, events);
  conclude(events);
  return events;
}

Events Timeline::believe_head(Sequence head) {
  if (is_anchored_ && head < head_when_asked_) suspected_head_ = head;
  return judge_head(head);
}

Events Timeline::connection_back() {
  Events events;
  is_connected_ = true;
  if (!is_anchored_) return events;
  is_behind_ = true;
  conclude(events);
  return events;
}

std::optional<request::History> Timeline::refill_due(Moment now) const {
  if (!(has_gap() || is_probing_) || now < not_before_) return std::nullopt;
  if (refill_ && now < refill_->deadline) return std::nullopt;
  const auto missing = std::max<std::uint64_t>(gap_end().value, last_.value + 1) - last_.value;
  request::History history{room_, last_.next(), std::nullopt,
                           std::min<std::uint64_t>(missing, limits::kEventsMax)};
  return history;
}

void Timeline::refill_sent(RequestId request, Moment now) {
  refill_ = Refill{request, now + kReplyTimeout, head_};
}

Events Timeline::take_page(const reply::Page& page, Moment now) {
  Events events;
  const Sequence before = last_;
  const Sequence known = refill_ ? refill_->head_when_asked : Sequence{};
  refill_.reset();
  if (!page.batch.events.empty() && page.batch.first <= last_.next()) hand_over(page.batch, events);
  hand_over_ahead(events);
  weigh(page.head, known, events);
  is_probing_ = suspected_head_.has_value();
  refusals_ = 0;
  if (has_gap() && last_ == before) not_before_ = now + kFruitlessPause;
  conclude(events);
  return events;
}

Events Timeline::refill_refused(const Refusal& refusal, Moment now, double jitter) {
  Events events;
  refill_.reset();
  // A message that is damaged in the store is refused for as long as nobody repairs it.
  const auto pause = refusal.retry_after_ms ? Milliseconds(*refusal.retry_after_ms)
                                            : growing(kFruitlessPause, ++refusals_, kFruitlessPauseMax);
  not_before_ = now + spread(pause, jitter);
  if (refusal.code != RefusalCode::no_such_room) return events;
  is_probing_ = false;
  if (last_) {
    suspected_head_ = Sequence{};
    go_back(Sequence{}, events);
  }
  return events;
}

void Timeline::forget_question() {
  refill_.reset();
  is_probing_ = false;
  suspected_head_.reset();
}

void Timeline::connection_lost() {
  forget_question();
  forget_ahead();
  is_connected_ = false;
}

std::optional<Moment> Timeline::refill_at() const {
  if (!has_gap() && !is_probing_) return std::nullopt;
  return refill_ ? std::max(refill_->deadline, not_before_) : not_before_;
}

/// The last sequence that HISTORY must bring: what waits in ahead_ need not be asked for.
Sequence Timeline::gap_end() const {
  return ahead_.empty() ? head_ : Sequence{ahead_.front().first.value - 1};
}

void Timeline::hand_over(const Batch& batch, Events& events) {
  const auto names = names_in(batch);
  for (std::size_t i = 0; i < batch.events.size(); ++i) {
    const Sequence sequence = batch.first.plus(i);
    if (sequence <= last_) continue;
    const Event& event = batch.events[i];
    const auto name = names.find(event.client);
    events.emplace_back(event::Message{room_, sequence, epoch_, event.client,
                                       name == names.end() ? std::string() : name->second, event.column,
                                       event.at, event.text, sequence <= replay_until_});
    last_ = sequence;
  }
  head_ = std::max(head_, last_);
}

void Timeline::keep_ahead(const Batch& batch) {
  const bool continues = !ahead_.empty() && end_of(ahead_.back()).next() == batch.first;
  if (!continues || ahead_events_ + batch.events.size() > kAheadEventsMax) {
    // A repeat of what is kept brings nothing; anything else is newer and begins the run anew.
    if (!ahead_.empty() && end_of(batch) <= end_of(ahead_.back())) return;
    forget_ahead();
  }
  ahead_.push_back(batch);
  ahead_events_ += batch.events.size();
}

void Timeline::forget_ahead() {
  ahead_.clear();
  ahead_events_ = 0;
}

void Timeline::hand_over_ahead(Events& events) {
  while (!ahead_.empty() && ahead_.front().first <= last_.next()) {
    hand_over(ahead_.front(), events);
    ahead_events_ -= ahead_.front().events.size();
    ahead_.pop_front();
  }
}

void Timeline::weigh(Sequence head, Sequence known, Events& events) {
  if (head >= known) {
    suspected_head_.reset();
    head_ = std::max(head_, head);
  } else if (!suspected_head_) {
    suspected_head_ = head;
  } else {
    go_back(head, events);
  }
}

/// Goes on from the head that was suspected first, so that what was stored since then is handed over.
void Timeline::go_back(Sequence head, Events& events) {
  // Who follows from beyond the head counts what came before that as seen.
  events.emplace_back(event::StoreWentBack{room_, std::max(head_, last_), head});
  last_ = std::min(last_, *suspected_head_);
  head_ = head_when_asked_ = std::max(head, last_);
  replay_until_ = std::min(replay_until_, last_);
  suspected_head_.reset();
  forget_ahead();
  refill_.reset();
}

void Timeline::conclude(Events& events) {
  if (catch_up_target_ && last_ >= *catch_up_target_) {
    catch_up_target_.reset();
    is_behind_ = has_gap();
    events.emplace_back(event::CaughtUp{room_, last_});
  } else if (has_gap()) {
    is_behind_ = true;
  } else if (is_behind_) {
    is_behind_ = false;
    events.emplace_back(event::CaughtUp{room_, last_});
  }
}

}  // namespace palabre
