#include "client/pending_posts.hpp"

#include <algorithm>
#include <utility>

namespace palabre {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kWindow = 8;
/// A POST unanswered for kReplyTimeout is sent again; doubled while nothing is answered, for a slow broker's
/// sake.
constexpr Milliseconds kReplyTimeoutMax = 40s;
constexpr Milliseconds kDisorderPause = 100ms;
constexpr Milliseconds kDisorderPauseMax = 5s;
/// The msgpack header of a text.
constexpr std::size_t kTextOverhead = 5;

/// Refusals that may be the fault of one text among several.
bool concerns_one_text(RefusalCode code) {
  return code == RefusalCode::malformed || code == RefusalCode::bad_text || code == RefusalCode::too_long ||
         code == RefusalCode::too_many;
}

}  // namespace

PendingPosts::PendingPosts(MakeOutbox make_outbox)
    : make_outbox_(std::move(make_outbox)), outbox_(make_outbox_()) {}

PendingPosts::PendingPosts(MakeOutbox make_outbox, const KeptPosts& kept)
    : make_outbox_(std::move(make_outbox)),
      is_kept_(true),
      last_ticket_(kept.last),
      outbox_(kept.outbox),
      next_counter_(kept.next_counter),
      size_(kept.pending.size()) {
  // How they were grouped is forgotten, and need not be the same again. Many in each: what was stored before
  // is looked up by the broker for each POST.
  std::size_t bytes = 0;
  for (const auto& [ticket, room, text, outbox, counter] : kept.pending) {
    bytes += text.size() + kTextOverhead;
    if (parcels_.empty() || bytes > limits::kRequestBytesMax / 2 ||
        !parcels_.back().goes_on_with(outbox, counter, room)) {
      parcels_.push_back({outbox, counter, room, {}, {}});
      bytes = text.size() + kTextOverhead;
    }
    parcels_.back().posts.push_back({ticket, text});
  }
  if (!outbox_) begin_outbox(last_ticket_.next());
}

bool PendingPosts::Parcel::goes_on_with(OutboxId other_outbox, Counter counter,
                                        const std::string& other_room) const {
  return outbox == other_outbox && room == other_room && counter == first.plus(posts.size()) &&
         posts.size() < limits::kTextsMax;
}

void PendingPosts::keep(KeptRecord record) {
  if (is_kept_) records_.push_back(std::move(record));
}

void PendingPosts::begin_outbox(Counter from) {
  outbox_ = make_outbox_();
  next_counter_ = Counter{1};
  keep(kept::Began{outbox_, from});
}

void PendingPosts::add(Counter ticket, std::string room, std::string text) {
  if (is_kept_) keep(kept::Posted{ticket, room, text});
  last_ticket_ = ticket;
  waiting_.push_back({std::move(room), {ticket, std::move(text)}});
  ++size_;
}

std::optional<Counter> PendingPosts::first_unanswered() const {
  if (!parcels_.empty()) return parcels_.front().posts.front().ticket;
  if (!waiting_.empty()) return waiting_.front().post.ticket;
  return std::nullopt;
}

std::optional<request::Post> PendingPosts::next(RequestId request, Moment now) {
  give_up_late(now);
  if (now < not_before_ || under_way_ == kWindow) return std::nullopt;
  if (under_way_ == parcels_.size()) pack();
  if (under_way_ == parcels_.size()) return std::nullopt;
  Parcel& parcel = parcels_[under_way_];
  if (parcel.outbox != parcels_.front().outbox) return std::nullopt;
  if (under_way_ == 0) expect_answer(now);
  parcel.request = request;
  ++under_way_;
  request::Post post{parcel.room, parcel.outbox, parcel.first, {}};
  for (const auto& [ticket, text] : parcel.posts) post.texts.push_back(text);
  return post;
}

bool PendingPosts::awaits(RequestId request) const { return place_of(request).has_value(); }

Events PendingPosts::stored(RequestId request, const reply::Stored& reply, ClientNumber client, Moment now) {
  Events events;
  const auto place = place_of(request);
  if (!place) return events;
  Parcel& parcel = parcels_[*place];
  if (reply.outbox != parcel.outbox || reply.acks.size() != parcel.posts.size()) return events;
  if (*place > 0) {
    // The answers before this one were lost. Asked again, they come in order.
    unsend_from(0);
    return events;
  }
  for (std::size_t i = 0; i < parcel.posts.size(); ++i) {
    const auto& [counter, sequence, column, at] = reply.acks[i];
    events.emplace_back(
        event::Stored{parcel.posts[i].ticket, parcel.room, sequence, client, column, at, reply.is_durable});
  }
  size_ -= parcel.posts.size();
  keep(kept::Stored{parcel.posts.back().ticket});
  parcels_.pop_front();
  --under_way_;
  late_ = disorders_ = 0;
  is_delay_told_ = false;
  expect_answer(now);
  return events;
}

Events PendingPosts::refused(RequestId request, const Refusal& refusal, Moment now, double jitter) {
  Events events;
  const auto place = place_of(request);
  if (!place) return events;
  if (refusal.code == RefusalCode::out_of_order) {
    out_of_order(*place, refusal, now);
  } else if (refusal.retry_after_ms) {
    delay(*place, refusal, events);
    not_before_ = now + spread(Milliseconds(*refusal.retry_after_ms), jitter);
  } else if (parcels_[*place].posts.size() > 1 && concerns_one_text(refusal.code)) {
    split(*place);
  } else if (refusal.expected && parcels_[*place].is_divided_by(*refusal.expected)) {
    split_at(*place, *refusal.expected);
  } else {
    drop(*place, refusal, events);
  }
  return events;
}

void PendingPosts::connection_lost() {
  unsend_from(0);
  not_before_ = {};
  late_ = 0;
}

std::optional<Moment> PendingPosts::next_at(Moment now) const {
  if (size_ == 0) return std::nullopt;
  if (under_way_ == 0) return not_before_;
  return not_before_ > now ? std::min(not_before_, answer_due_) : answer_due_;
}

/// Puts waiting texts of one room into a parcel, counting on in the present outbox.
void PendingPosts::pack() {
  if (waiting_.empty()) return;
  // Half of what a request may be leaves ample room for its other fields.
  const std::size_t bytes_max = std::min<std::uint64_t>(limits_.request_bytes, limits::kRequestBytesMax) / 2;
  const std::size_t texts_max = std::clamp<std::uint64_t>(limits_.texts, 1, limits::kTextsMax);
  Parcel parcel{outbox_, next_counter_, waiting_.front().room, {}, {}};
  std::size_t bytes = 0;
  while (!waiting_.empty() && waiting_.front().room == parcel.room && parcel.posts.size() < texts_max) {
    bytes += waiting_.front().post.text.size() + kTextOverhead;
    if (bytes > bytes_max && !parcel.posts.empty()) break;
    parcel.posts.push_back(std::move(waiting_.front().post));
    waiting_.pop_front();
  }
  next_counter_ = next_counter_.plus(parcel.posts.size());
  parcels_.push_back(std::move(parcel));
}

void PendingPosts::expect_answer(Moment now) {
  answer_due_ = now + growing(kReplyTimeout, late_ + 1, kReplyTimeoutMax);
}

void PendingPosts::give_up_late(Moment now) {
  if (under_way_ == 0 || now < answer_due_) return;
  ++late_;
  unsend_from(0);
}

std::optional<std::size_t> PendingPosts::place_of(RequestId request) const {
  for (std::size_t place = 0; place < under_way_; ++place) {
    if (parcels_[place].request == request) return place;
  }
  return std::nullopt;
}

void PendingPosts::unsend_from(std::size_t place) { under_way_ = std::min(under_way_, place); }

void PendingPosts::move_to_fresh_outbox(std::size_t place) {
  if (place < parcels_.size()) {
    begin_outbox(parcels_[place].posts.front().ticket);
  } else {
    begin_outbox(waiting_.empty() ? last_ticket_.next() : waiting_.front().post.ticket);
  }
  for (; place < parcels_.size(); ++place) {
    parcels_[place].outbox = outbox_;
    parcels_[place].first = next_counter_;
    next_counter_ = next_counter_.plus(parcels_[place].posts.size());
  }
}

/// Makes a parcel of each text, so that the one at fault is found.
void PendingPosts::split(std::size_t place) {
  unsend_from(place);
  Parcel whole = std::move(parcels_[place]);
  std::vector<Parcel> singles;
  for (std::size_t i = 0; i < whole.posts.size(); ++i) {
    singles.push_back({whole.outbox, whole.first.plus(i), whole.room, {}, {}});
    singles.back().posts.push_back(std::move(whole.posts[i]));
  }
  const auto after = parcels_.erase(parcels_.begin() + static_cast<std::ptrdiff_t>(place));
  parcels_.insert(after, std::make_move_iterator(singles.begin()), std::make_move_iterator(singles.end()));
}

/// What comes before `due` was stored before the rest was refused: asked for by itself it is acknowledged.
void PendingPosts::split_at(std::size_t place, Counter due) {
  unsend_from(place);
  Parcel& stored = parcels_[place];
  const auto count = static_cast<std::ptrdiff_t>(due.value - stored.first.value);
  Parcel rest{stored.outbox, due, stored.room, {}, {}};
  rest.posts.assign(std::make_move_iterator(stored.posts.begin() + count),
                    std::make_move_iterator(stored.posts.end()));
  stored.posts.erase(stored.posts.begin() + count, stored.posts.end());
  parcels_.insert(parcels_.begin() + static_cast<std::ptrdiff_t>(place) + 1, std::move(rest));
}

void PendingPosts::drop(std::size_t place, const Refusal& refusal, Events& events) {
  unsend_from(place);
  const auto parcel = parcels_.begin() + static_cast<std::ptrdiff_t>(place);
  for (const Post& post : parcel->posts) {
    keep(kept::Refused{post.ticket});
    events.emplace_back(event::PostRefused{post.ticket, parcel->room, refusal});
  }
  size_ -= parcel->posts.size();
  parcels_.erase(parcel);
  move_to_fresh_outbox(place);
}

/// Being busy, restarted or in no hurry is a broker's daily life; anything else that hinders it is told.
void PendingPosts::delay(std::size_t place, const Refusal& refusal, Events& events) {
  unsend_from(place);
  const bool is_ordinary = refusal.code == RefusalCode::busy || refusal.code == RefusalCode::stopping ||
                           refusal.code == RefusalCode::too_fast;
  if (is_ordinary || is_delay_told_) return;
  is_delay_told_ = true;
  events.emplace_back(
      event::PostDelayed{parcels_[place].posts.front().ticket, parcels_[place].room, refusal});
}

/// Either something before it was lost or refused, and the resend puts that right; or the broker forgot what
/// it acknowledged (an older store), so nothing of ours is in it and the counters of this outbox cannot go
/// on.
void PendingPosts::out_of_order(std::size_t place, const Refusal& refusal, Moment now) {
  const Parcel& front = parcels_.front();
  const bool is_same_outbox = front.outbox == parcels_[place].outbox;
  if (refusal.expected && *refusal.expected < front.first && is_same_outbox) move_to_fresh_outbox(0);
  unsend_from(0);
  ++disorders_;
  if (disorders_ > 1) not_before_ = now + growing(kDisorderPause, disorders_ - 1, kDisorderPauseMax);
}

}  // namespace palabre
