#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <random>

#include "client/pending_posts.hpp"
#include "tests/client/samples.hpp"

namespace palabre {
namespace {

using namespace palabre::samples;

/// What schema/README.md, section 4 says a broker does with posts. A text that begins with '!' is one it
/// refuses; in the room "shut" nobody may post.
class ModelBroker {
 public:
  Reply take(const request::Post& post) {
    const auto is_bad = [](std::string_view text) { return text.starts_with('!'); };
    if (std::ranges::any_of(post.texts, is_bad)) return refuse(RefusalCode::bad_text);
    if (post.room == "shut") return refuse(RefusalCode::not_a_member);
    auto& acks = outboxes_[post.outbox];
    if (post.counter.value > acks.size() + 1) return out_of_order(acks.size() + 1);
    reply::Stored stored{true, post.room, post.outbox, {}};
    for (std::size_t i = 0; i < post.texts.size(); ++i) {
      const Counter counter = post.counter.plus(i);
      if (counter.value > acks.size()) acks.push_back(store(counter, post.texts[i]));
      stored.acks.push_back(acks[counter.value - 1]);
    }
    return stored;
  }

  [[nodiscard]] const std::vector<std::string>& texts() const { return texts_; }

 private:
  static Refusal out_of_order(std::uint64_t expected) {
    Refusal refusal = refuse(RefusalCode::out_of_order);
    refusal.expected = Counter{expected};
    return refusal;
  }

  reply::Ack store(Counter counter, std::string_view text) {
    texts_.emplace_back(text);
    const auto number = static_cast<std::uint32_t>(texts_.size());
    return {counter, Sequence{number}, Column{number}, TimeMs{number}};
  }

  std::map<OutboxId, std::vector<reply::Ack>> outboxes_;
  std::vector<std::string> texts_;
};

/// A sender, the model broker, and connections between them that are first in, first out, break, and deliver
/// what was on them late or never. Replies are lost at times, and requests turned away as `busy`.
class ShakyLine {
 public:
  explicit ShakyLine(unsigned seed)
      : random_(seed), posts_([this] { return OutboxId{random_() % 1'000'000'000 + 1}; }) {}

  void run() {
    for (int turn = 0; turn < 60; ++turn) step(Faults::some);
    for (int turn = 0; turn < 500 && posts_.size() > 0; ++turn) step(Faults::none);
    late_.clear();
  }

  [[nodiscard]] const std::vector<std::string>& texts_in_store() const { return broker_.texts(); }
  [[nodiscard]] const std::vector<std::string>& texts_due() const { return texts_due_; }
  [[nodiscard]] std::size_t unanswered() const { return posts_.size(); }
  [[nodiscard]] const Events& events() const { return events_; }
  [[nodiscard]] const std::vector<std::uint64_t>& good() const { return good_; }
  [[nodiscard]] const std::vector<std::uint64_t>& bad() const { return bad_; }

 private:
  enum class Faults { none, some };
  struct Sent {
    RequestId id;
    request::Post post;
  };
  struct Answer {
    RequestId id;
    Reply reply;
  };

  bool chance(unsigned percent) { return random_() % 100 < percent; }

  void step(Faults faults) {
    now_ += Milliseconds(faults == Faults::some ? 200 : 3000);
    if (faults == Faults::some) write();
    while (auto post = posts_.next(RequestId{requests_ + 1}, now_)) {
      line_.push_back({RequestId{++requests_}, std::move(*post)});
    }
    if (!late_.empty() && chance(30)) deliver_late();
    serve(faults);
    answer(faults);
    if (faults == Faults::some && chance(6)) break_line();
  }

  void write() {
    for (auto texts = random_() % 4; texts > 0; --texts) {
      const bool is_bad = chance(3);
      const bool is_shut = chance(3);
      const std::string text = (is_bad ? "!" : "") + std::to_string(++tickets_);
      posts_.add(Counter{tickets_}, is_shut ? "shut" : (chance(50) ? "lobby" : "tea"), text);
      (is_bad || is_shut ? bad_ : good_).push_back(tickets_);
      if (!is_bad && !is_shut) texts_due_.push_back(text);
    }
  }

  void serve(Faults faults) {
    while (!line_.empty() && (faults == Faults::none || chance(70))) {
      const auto [id, post] = std::move(line_.front());
      line_.pop_front();
      const bool is_turned_away = faults == Faults::some && chance(10);
      answers_.push_back({id, is_turned_away ? refuse(RefusalCode::busy) : broker_.take(post)});
    }
  }

  void answer(Faults faults) {
    while (!answers_.empty() && (faults == Faults::none || chance(70))) {
      const auto [id, reply] = std::move(answers_.front());
      answers_.pop_front();
      if (faults == Faults::some && chance(5)) continue;
      if (const auto* stored = std::get_if<reply::Stored>(&reply)) {
        append(events_, posts_.stored(id, *stored, ClientNumber{1}, now_));
      } else {
        append(events_, posts_.refused(id, std::get<Refusal>(reply), now_, 0.5));
      }
    }
  }

  /// What was on the line arrives up to some point, possibly after what the next connection carries.
  void break_line() {
    answers_.clear();
    const auto arriving = line_.empty() ? 0 : random_() % (line_.size() + 1);
    for (std::size_t i = 0; i < arriving; ++i) late_.push_back(std::move(line_[i].post));
    line_.clear();
    posts_.connection_lost();
  }

  void deliver_late() {
    static_cast<void>(broker_.take(late_.front()));
    late_.pop_front();
  }

  std::mt19937 random_;
  Moment now_ = kStart;
  ModelBroker broker_;
  PendingPosts posts_;
  std::deque<Sent> line_;
  std::deque<Answer> answers_;
  std::deque<request::Post> late_;
  std::uint64_t requests_ = 0;
  std::uint64_t tickets_ = 0;
  std::vector<std::uint64_t> good_;
  std::vector<std::uint64_t> bad_;
  std::vector<std::string> texts_due_;
  Events events_;
};

TEST(PendingPostsSimulation, stores_each_good_post_once_and_in_order_and_reports_each_fate_once) {
  for (unsigned seed = 0; seed < PALABRE_SEEDS_DEFAULT; ++seed) {
    ShakyLine line(seed);
    line.run();
    ASSERT_EQ(line.unanswered(), 0U) << "seed " << seed;
    ASSERT_EQ(line.texts_in_store(), line.texts_due()) << "seed " << seed;
    ASSERT_EQ(tickets_of<event::Stored>(line.events()), line.good()) << "seed " << seed;
    auto refused = tickets_of<event::PostRefused>(line.events());
    std::ranges::sort(refused);
    ASSERT_EQ(refused, line.bad()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace palabre
