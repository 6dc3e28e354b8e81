#include <algorithm>
#include <array>
#include <utility>

#include "tests/simulation/model_client.hpp"
#include "tests/simulation/room_names.hpp"

/// What the user of a ModelClient does.
namespace palabre::broker::simulation {

void ModelClient::act() {
  auto& dice = surroundings_.dice;
  const auto number = dice.below(rooms_.size());
  auto& room = rooms_[number];
  if (call_ || dice.below(10) < 6) return post();
  const auto& last = rooms_.back();
  if (owns(last) && last.membership == Membership::member && dice.once_in(3)) {
    moderate(rooms_.size() - 1);
  } else if (!room.following || room.membership == Membership::unclear) {
    std::optional<Sequence> from;
    if (dice.once_in(3)) from = Sequence{1};
    // A mark is good for its epoch only.
    if (room.mark && dice.once_in(2) && room.mark->epoch == lives_.epoch()) from = room.mark->last.next();
    follow(number, from);
  } else if (number > 0 && !is_direct(room.name) && !owns(room)) {
    leave(number);
  }
  advance();
}

void ModelClient::post() {
  auto& dice = surroundings_.dice;
  for (auto count = dice.once_in(4) ? dice.between(2, 6) : 1; count > 0; --count) {
    // Now and then to a room that is not theirs.
    auto room = dice.below(rooms_.size());
    if (rooms_[room].membership != Membership::member && !dice.once_in(5)) room = 0;
    post_to(rooms_[room].name);
  }
  advance();
}

void ModelClient::post_to(const std::string& room) {
  by_ticket_.push_back(account_.posts.size());
  auto text = account_.name + "-" + std::to_string(account_.posts.size() + 1);
  conversation_->post(Counter{by_ticket_.size()}, room, text);
  account_.posts.push_back({room, std::move(text), run_});
}

void ModelClient::follow(const std::string& room) {
  const auto found = std::ranges::find(rooms_, room, &Room::name);
  if (call_ || found->following) return;
  follow(static_cast<std::size_t>(found - rooms_.begin()), std::nullopt);
  advance();
}

void ModelClient::follow(std::size_t number, std::optional<Sequence> from) {
  auto& room = rooms_[number];
  surroundings_.trace([&] {
    return account_.name + " follows " + room.name + " from " + std::to_string(from ? from->value : 0);
  });
  // Who is not sure to have left goes on, from where they were: following twice changes nothing. That may be
  // beyond the end of an old copy, in which they hear nothing of what comes before it.
  Sequence goes_on_from;
  if (room.following) {
    from.reset();
    goes_on_from = account_.followings[*room.following].due_from;
  } else {
    // Who goes on from a mark has seen what came before it, in a store that may have gone back since.
    const bool goes_on = from && room.mark && *from == room.mark->last.next();
    room.life = lives_.present();
    room.seen_life = goes_on ? room.mark->life : room.life;
  }
  room.following = account_.followings.size();
  account_.followings.push_back({room.name, from, goes_on_from});
  conversation_->follow(room.name, from, surroundings_.agenda.now());
  begin_call(number, CallKind::join, request::Join{room.name});
}

void ModelClient::leave(std::size_t number) {
  auto& room = rooms_[number];
  surroundings_.trace([&] { return account_.name + " leaves " + room.name; });
  account_.followings[*room.following].is_due = false;
  begin_call(number, CallKind::leave, request::Leave{room.name});
}

/// Lets somebody into a room of theirs, or sends somebody away.
void ModelClient::moderate(std::size_t number) {
  constexpr std::array<Moderation, 6> kActions{Moderation::invite, Moderation::invite, Moderation::invite,
                                               Moderation::kick,   Moderation::ban,    Moderation::unban};
  auto& dice = surroundings_.dice;
  const auto action = kActions.at(dice.below(kActions.size()));
  // Of the three who are always there, one of the other two.
  const auto whom = name_of((index_ + 1 + dice.below(2)) % 3);
  surroundings_.trace(
      [&] { return account_.name + ": " + std::string(palabre::name_of(action)) + " " + whom; });
  begin_call(number, CallKind::moderate,
             request::Moderate{.room = rooms_[number].name, .action = action, .name = whom, .role = {}});
}

bool ModelClient::owns(const Room& room) const { return room.name.starts_with(account_.name + "/"); }

void ModelClient::begin_call(std::size_t room, CallKind kind, Request request) {
  call_ = Call{next_call_, room, kind};
  next_call_ = next_call_.next();
  const auto patience = surroundings_.draw_ms(500, 20'000);
  conversation_->call(call_->number, std::move(request), surroundings_.agenda.now() + patience);
}

bool ModelClient::is_settled(const Image& image) const {
  if (!is_running() || call_ || epoch_ != lives_.epoch()) return false;
  const auto is_open = [](const Account::Posted& post) {
    return post.is_awaited && post.fate == Account::Fate::unknown;
  };
  if (std::ranges::any_of(account_.posts, is_open)) return false;
  return std::ranges::all_of(rooms_, [&](const Room& room) {
    if (!may_read(image, account_.name, room.name) || !room.following) return true;
    const auto& following = account_.followings[*room.following];
    if (!following.is_due) return true;
    if (!following.due_from || following.went_back_to) return false;
    const auto* stored = find_room(image, account_.name, room.name);
    return following.is_complete_at(stored == nullptr ? Sequence{} : stored->head);
  });
}

}  // namespace palabre::broker::simulation
