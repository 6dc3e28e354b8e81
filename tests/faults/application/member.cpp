#include "tests/faults/application/member.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "schema/room_names.hpp"
#include "tests/faults/application/private_rooms.hpp"

namespace palabre::faults {
namespace {

using namespace std::chrono_literals;

/// An application that did not bound this would post for minutes after a broker that was away.
constexpr std::size_t kUnderWayMax = 500;
constexpr std::uint64_t kPastMax = 600;
/// An owner gives an order about a guest after so many posts.
constexpr std::uint64_t kPostsAnOrder = 20;

template <class Reply>
bool failed(const Answer<Reply>& answer) {
  return std::holds_alternative<Problem>(answer);
}

}  // namespace

Member::Member(MemberOptions options, const std::atomic<Stage>& stage)
    : options_(std::move(options)),
      stage_(stage),
      random_(options_.seed),
      journal_(options_.journal),
      client_({.server = options_.server,
               .name = options_.name,
               .token = "the-secret-token-of-" + options_.name,
               .secret_key = options_.secret_key}),
      rooms_(rooms_of(options_)),
      own_room_(own_room(options_)),
      guests_(guests_of(options_)) {}

void Member::run() {
  begin();
  work();
  become_quiet();
  end();
}

void Member::begin() {
  auto welcome = client_.connect(kAnswerPatience);
  while (failed(welcome) && stage_ != Stage::ending) welcome = client_.connect(kAnswerPatience);
  if (failed(welcome)) return;
  const auto& told = std::get<reply::Welcome>(welcome);
  self_ = told.client;
  journal_.write('B', options_.name, told.client, told.epoch, options_.life);
  follow(rooms_.front());
  if (!own_room_.empty()) follow(own_room_);
  for (const auto& room : rooms_) {
    if (below(2) == 0) follow(room);
  }
}

void Member::work() {
  auto post_at = Clock::now();
  auto wander_at = Clock::now() + about(4);
  auto refill_at = Clock::now() + about(2);
  while (stage_ == Stage::working) {
    const auto now = Clock::now();
    if (now >= post_at) {
      post_one();
      if (below(kPostsAnOrder) == 0) moderate_one();
      // Who could not keep up does not make up for it.
      post_at = std::max(post_at, now - 100ms) + about(1 / options_.posts_per_second);
    }
    if (now >= wander_at) {
      wander();
      wander_at = Clock::now() + about(4);
    }
    accept_invitations();
    if (now >= refill_at) {
      read_the_past();
      refill_at = Clock::now() + about(2);
    }
    take_events(std::min({post_at, wander_at, refill_at, now + 100ms}));
  }
}

/// Goes back in the past of one of the rooms; or looks at a row of the matrix.
void Member::read_the_past() {
  if (!options_.refills || last_.empty()) return read_row();
  const auto room = std::next(last_.begin(), static_cast<std::ptrdiff_t>(below(last_.size())))->first;
  end_following(room);
  follow(room);
}

void Member::become_quiet() {
  const auto deadline = Clock::now() + 2 * options_.patience;
  while (client_.unacknowledged() > 0 && Clock::now() < deadline) take_events(Clock::now() + 20ms);
  journal_.write('Q', std::to_string(client_.unacknowledged()));
  while (stage_ != Stage::ending) take_events(Clock::now() + 50ms);
}

/// Nobody posts any more: what the rooms hold now is all that must have come.
void Member::end() {
  const auto deadline = Clock::now() + options_.patience;
  auto found = heads();
  while (!found && Clock::now() < deadline) found = heads();
  if (!found) return;
  for (const auto& [room, head] : *found) {
    while (last_.contains(room) && last_[room] < head && Clock::now() < deadline) {
      take_events(Clock::now() + 20ms);
    }
  }
  take_all_events();
  for (const auto& [room, last] : last_) {
    // Who was sent away may not have heard of it.
    if (!found->contains(room)) {
      journal_.write('U', room);
    } else {
      journal_.write('D', room, last);
    }
  }
  journal_.write('Z', std::to_string(last_.size()));
}

void Member::post_one() {
  if (client_.unacknowledged() >= kUnderWayMax) return;
  const auto room = room_to_post_in();
  const auto id = options_.name + '.' + options_.life + '.' + std::to_string(++posted_);
  auto text = next_text(id);
  journal_.write('P', id, room, digest_of(text));
  const auto counter = client_.post(room, std::move(text));
  if (counter) {
    under_way_.emplace(*counter, id);
  } else {
    journal_.write('R', id, name_of(counter.refusal().code));
  }
}

void Member::wander() {
  const auto& room = rooms_[1 + below(rooms_.size() - 1)];
  if (!last_.contains(room)) return follow(room);
  // Out of a closed room one is sent, and a room for two cannot be left.
  if (!is_open_room(room)) return;
  follow(rooms_.front());
  (void)client_.leave(room, kAnswerPatience);
  end_following(room);
  journal_.write('L', room);
}

/// From some place in the room's past, so that pages, their end and the feed must join without a seam.
void Member::follow(const std::string& room) {
  if (last_.contains(room)) return;
  journal_.write('J', room);
  const auto joined = client_.join(room, kAnswerPatience);
  if (failed(joined)) return;
  const auto head = std::get<reply::Joined>(joined).head.value;
  const Sequence from{head <= kPastMax ? 1 : head - below(kPastMax)};
  // Written before: messages may come although the answer did not.
  journal_.write('F', room, from);
  last_[room] = Sequence{from.value - 1};
  if (failed(client_.follow(room, from, kAnswerPatience))) end_following(room);
}

/// Whatever a call ends with, what came before it is among the events: all of it still belongs to the
/// following.
void Member::end_following(const std::string& room) {
  client_.unfollow(room);
  (void)client_.ping(kAnswerPatience);
  take_all_events();
  journal_.write('U', room);
  last_.erase(room);
}

void Member::take_events(Clock::time_point until) {
  do {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    const auto event = client_.next_event(std::max(left, std::chrono::milliseconds(0)));
    if (event) take(*event);
  } while (Clock::now() < until);
}

void Member::take_all_events() {
  while (const auto event = client_.next_event({})) take(*event);
}

void Member::take(const ClientEvent& event) {
  std::visit([this](const auto& told) { note(told); }, event);
}

void Member::note(const event::Message& message) {
  journal_.write('M', message.room, message.sequence, message.client, message.column, id_of(message.text),
                 digest_of(message.text));
  last_[message.room] = message.sequence;
}

void Member::note(const event::Stored& stored) {
  journal_.write('S', under_way_[stored.counter], stored.room, stored.sequence, stored.column);
  under_way_.erase(stored.counter);
}

void Member::note(const event::PostRefused& refused) {
  journal_.write('R', under_way_[refused.counter], name_of(refused.refusal.code));
  under_way_.erase(refused.counter);
}

void Member::note(const event::PostDelayed& delayed) {
  journal_.write('Y', under_way_[delayed.counter], name_of(delayed.refusal.code));
}

void Member::note(const event::CaughtUp& caught_up) { journal_.write('C', caught_up.room, caught_up.head); }

void Member::note(const event::Link& link) {
  journal_.write('K', std::to_string(static_cast<int>(link.state)), link.text);
}

void Member::note(const event::EpochChanged& changed) { journal_.write('E', changed.before, changed.now); }

void Member::note(const event::StoreWentBack& back) { journal_.write('W', back.room, back.seen, back.head); }

/// Mostly short, sometimes long.
std::string Member::next_text(const std::string& id) {
  const auto bound =
      below(20) == 0 ? options_.text_bytes_max : std::min<std::size_t>(options_.text_bytes_max, 200);
  std::string text = id + ' ';
  text.append(below(bound), static_cast<char>('a' + posted_ % 26));
  return text;
}

/// Now and then a room that we are no member of, which must be refused.
std::string Member::room_to_post_in() {
  const auto& any = rooms_[below(rooms_.size())];
  return last_.contains(any) || below(50) == 0 ? any : rooms_.front();
}

std::uint64_t Member::below(std::uint64_t bound) { return random_() % bound; }

/// From half to one and a half of it.
Member::Clock::duration Member::about(double seconds) {
  const double share = 0.5 + static_cast<double>(below(1000)) / 1000;
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds * share));
}

}  // namespace palabre::faults
