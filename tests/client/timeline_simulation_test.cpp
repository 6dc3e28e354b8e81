#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>

#include "client/timeline.hpp"
#include "tests/client/samples.hpp"

namespace palabre {
namespace {

using namespace palabre::samples;

/// A room whose messages reach one Timeline over a feed that loses, and a talk connection that answers late,
/// is busy or loses replies too. Neither reorders what it carries.
class LossyRoom {
 public:
  explicit LossyRoom(unsigned seed) : random_(seed) {}

  void run() {
    begin();
    for (int turn = 0; turn < 300; ++turn) step(Losses::some);
    for (int turn = 0; turn < 5000 && !is_settled(); ++turn) step(Losses::none);
  }

  [[nodiscard]] std::vector<std::uint64_t> handed_over() const { return sequences_of(events_); }
  [[nodiscard]] std::vector<std::uint64_t> due() const { return from_to(first_due_, head_); }
  [[nodiscard]] const Events& events() const { return events_; }
  [[nodiscard]] int requests_at_once_max() const { return requests_at_once_max_; }

 private:
  enum class Losses { none, some };
  struct Reply {
    RequestId request;
    reply::Page page;
  };

  [[nodiscard]] bool is_settled() const { return timeline_->last().value == head_ && feed_.empty(); }
  bool chance(int percent) { return static_cast<int>(random_() % 100) < percent; }

  void begin() {
    head_ = random_() % 50;
    const bool wants_news = chance(30);
    first_due_ = wants_news ? head_ + 1 : random_() % (head_ + 1) + 1;
    timeline_.emplace("lobby", wants_news ? std::nullopt : std::optional(Sequence{first_due_}));
    append(events_, timeline_->anchor(kEpoch, Sequence{head_}));
  }

  void step(Losses losses) {
    now_ += Milliseconds(100);
    if (losses == Losses::some && chance(40)) store();
    deliver_feed(losses);
    deliver_replies(losses);
    if (chance(20) || losses == Losses::none) append(events_, timeline_->note_head(Sequence{head_}));
    if (losses == Losses::some && chance(2)) {
      replies_.clear();
      timeline_->connection_lost();
    }
    ask();
  }

  void store() {
    const auto first = head_ + 1;
    head_ += random_() % 20 + 1;
    feed_.push_back(batch_of("lobby", first, head_));
  }

  void deliver_feed(Losses losses) {
    while (!feed_.empty() && chance(60)) {
      const bool is_lost = losses == Losses::some && chance(25);
      if (!is_lost) append(events_, timeline_->take_batch(feed_.front()));
      feed_.pop_front();
    }
  }

  void deliver_replies(Losses losses) {
    while (!replies_.empty() && chance(50)) {
      const auto [request, page] = replies_.front();
      replies_.pop_front();
      if (!timeline_->awaits(request)) continue;
      if (losses == Losses::some && chance(20)) continue;
      if (losses == Losses::some && chance(20)) {
        append(events_, timeline_->refill_refused(refuse(RefusalCode::busy), now_, 0.5));
      } else {
        append(events_, timeline_->take_page(page, now_));
      }
    }
  }

  void ask() {
    const auto history = timeline_->refill_due(now_);
    if (!history) return;
    const RequestId id{++requests_};
    timeline_->refill_sent(id, now_);
    const auto most = std::min<std::uint64_t>(history->count, random_() % 30 + 1);
    const auto last = std::min(history->from->value + most - 1, head_);
    replies_.push_back({id, page_of("lobby", history->from->value, last, head_)});
    const auto awaited =
        std::ranges::count_if(replies_, [&](const Reply& it) { return timeline_->awaits(it.request); });
    requests_at_once_max_ = std::max(requests_at_once_max_, static_cast<int>(awaited));
  }

  std::mt19937 random_;
  Moment now_ = kStart;
  std::uint64_t head_ = 0;
  std::uint64_t first_due_ = 1;
  std::optional<Timeline> timeline_;
  std::deque<Batch> feed_;
  std::deque<Reply> replies_;
  std::uint64_t requests_ = 0;
  int requests_at_once_max_ = 0;
  Events events_;
};

TEST(TimelineSimulation, hands_over_each_message_once_and_in_order_whatever_is_lost) {
  for (unsigned seed = 0; seed < PALABRE_SEEDS_DEFAULT / 20; ++seed) {
    LossyRoom room(seed);
    room.run();
    ASSERT_EQ(room.handed_over(), room.due()) << "seed " << seed;
    ASSERT_LE(room.requests_at_once_max(), 1) << "seed " << seed;
    ASSERT_TRUE(only<event::StoreWentBack>(room.events()).empty()) << "seed " << seed;
    ASSERT_FALSE(only<event::CaughtUp>(room.events()).empty()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace palabre
