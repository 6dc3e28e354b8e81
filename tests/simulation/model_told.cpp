#include <algorithm>
#include <utility>

#include "schema/codec.hpp"
#include "tests/simulation/model_client.hpp"
#include "tests/simulation/room_names.hpp"
#include "tests/simulation/trace.hpp"

/// What the user of a ModelClient is told.
namespace palabre::broker::simulation {

void ModelClient::take(const ClientEvent& event) {
  surroundings_.trace([&] { return account_.name + " is told " + line_of(event); });
  if (const auto* message = std::get_if<event::Message>(&event)) {
    take(*message);
  } else if (const auto* stored = std::get_if<event::Stored>(&event)) {
    take_fate(stored->counter, Account::Fate::stored);
    posted(stored->counter).stored = *stored;
  } else if (const auto* refused = std::get_if<event::PostRefused>(&event)) {
    take_fate(refused->counter, Account::Fate::refused);
  } else if (const auto* caught_up = std::get_if<event::CaughtUp>(&event)) {
    take(*caught_up);
  } else if (const auto* notice = std::get_if<event::Notice>(&event)) {
    take(*notice);
  } else if (const auto* shut_out = std::get_if<event::ShutOut>(&event)) {
    take(*shut_out);
  } else if (const auto* changed = std::get_if<event::EpochChanged>(&event)) {
    if (!surroundings_.has(PlantedBug::hides_a_new_epoch)) take(*changed);
  } else if (const auto* went_back = std::get_if<event::StoreWentBack>(&event)) {
    if (!surroundings_.has(PlantedBug::hides_that_the_store_went_back)) take(*went_back);
  } else if (const auto* link = std::get_if<event::Link>(&event)) {
    take(*link);
  }
}

Account::Posted& ModelClient::posted(Counter ticket) {
  return account_.posts.at(by_ticket_.at(ticket.value - 1));
}

void ModelClient::take_fate(Counter ticket, Account::Fate fate) {
  auto& post = posted(ticket);
  if (post.fate != Account::Fate::unknown) account_.complaints.push_back("was told twice of " + post.text);
  post.fate = fate;
  post.fate_in_life = lives_.present();
}

void ModelClient::take(const event::Message& message) {
  const auto room = std::ranges::find(rooms_, message.room, &Room::name);
  if (room == rooms_.end() || !room->following) {
    account_.complaints.push_back("was handed " + message.text + " without following " + message.room);
    return;
  }
  if (message.epoch != epoch_)
    account_.complaints.push_back("was handed " + message.text + " of an epoch untold");
  account_.followings[*room->following].messages.push_back(message);
  room->mark = Mark{message.sequence, message.epoch, lives_.present()};
}

void ModelClient::take(const event::Link& link) {
  if (link.state == event::LinkState::refused) account_.complaints.push_back("refused: " + link.text);
  if (link.state == event::LinkState::connected && epoch_.empty()) epoch_ = lives_.epoch();
}

/// The application knows it from CaughtUp where following begins anew: whatever comes then is due.
void ModelClient::take(const event::CaughtUp& caught_up) {
  const auto room = std::ranges::find(rooms_, caught_up.room, &Room::name);
  if (room == rooms_.end()) return;
  if (!room->following) return meet(*room);
  auto& following = account_.followings[*room->following];
  if (!following.is_due || following.due_from) return;
  if (caught_up.head > lives_.head_of(account_.name, room->name))
    account_.complaints.push_back("begins " + room->name + " anew beyond its end");
  following.due_from = caught_up.head.next();
}

void ModelClient::take(const event::EpochChanged& changed) {
  if (changed.before != epoch_ || changed.now == epoch_ || changed.now != lives_.epoch())
    account_.complaints.push_back("was told of epoch " + changed.now + " after " + changed.before);
  epoch_ = changed.now;
  for (auto& room : rooms_) {
    if (!room.following) continue;
    const auto& before = account_.followings[*room.following];
    // Who wanted everything gets all of the new epoch, too.
    const bool wants_everything = before.from && before.from->value <= 1;
    begin_anew(room, wants_everything ? before.from : std::nullopt,
               wants_everything ? Sequence{1} : Sequence{});
  }
}

void ModelClient::take(const event::StoreWentBack& went_back) {
  const auto room = std::ranges::find(rooms_, went_back.room, &Room::name);
  if (room == rooms_.end() || !room->following) return;
  if (!lives_.went_back_since(room->seen_life) || went_back.head >= went_back.seen)
    account_.complaints.push_back("was told that " + room->name + " went back");
  begin_anew(*room, std::nullopt, went_back.head.next());
}

/// Somebody has begun to write to us, and the program follows that without being asked.
void ModelClient::meet(Room& room) {
  if (!is_direct(room.name) || !meets_direct_rooms_) {
    account_.complaints.push_back("follows " + room.name + " without having been asked");
    return;
  }
  room.membership = Membership::member;
  room.life = room.seen_life = lives_.present();
  room.following = account_.followings.size();
  account_.followings.push_back(
      {.room = room.name, .from = Sequence{1}, .due_from = Sequence{1}, .is_due = true});
}

/// Whoever is invited comes, mostly.
void ModelClient::take(const event::Notice& notice) {
  if (notice.what.kind != NoticeKind::invited || notice.what.name != account_.name) return;
  surroundings_.agenda.after(surroundings_.draw_ms(0, 2000), [this, room = notice.room] {
    if (is_running()) follow(room);
  });
}

void ModelClient::take(const event::ShutOut& shut_out) {
  const auto room = std::ranges::find(rooms_, shut_out.room, &Room::name);
  if (room == rooms_.end() || !room->following || !is_private(room->name)) {
    account_.complaints.push_back("is shut out of " + shut_out.room);
    return;
  }
  account_.followings[*room->following].is_due = false;
  room->following.reset();
  room->membership = Membership::none;
}

/// As due as it was before.
void ModelClient::begin_anew(Room& room, std::optional<Sequence> from, Sequence due_from) {
  auto& before = account_.followings[*room.following];
  const bool is_due = std::exchange(before.is_due, false);
  room.following = account_.followings.size();
  room.life = room.seen_life = lives_.present();
  room.mark.reset();
  room.seen = {};
  account_.followings.push_back({.room = room.name, .from = from, .due_from = due_from, .is_due = is_due});
}

void ModelClient::take(const Finished& finished) {
  if (!call_ || finished.call != call_->number) return;
  auto& room = rooms_[call_->room];
  if (call_->kind == CallKind::moderate) {
    // Whether it was done is seen from what becomes of the others.
  } else if (call_->kind == CallKind::join) {
    joined(room, finished.answer);
  } else if (std::holds_alternative<Reply>(finished.answer)) {
    room.membership = Membership::none;
    room.following.reset();
  } else {
    room.membership = Membership::unclear;
  }
  call_.reset();
}

/// As Client::follow: a room that was never joined is followed no more.
void ModelClient::joined(Room& room, const Answer<Reply>& answer) {
  const auto* reply = std::get_if<Reply>(&answer);
  const auto* told = reply == nullptr ? nullptr : std::get_if<reply::Joined>(reply);
  if (!room.following) return;  // shut out meanwhile
  auto& following = account_.followings[*room.following];
  if (told != nullptr) {
    room.membership = Membership::member;
    following.is_due = true;
    following.due_from = following.from ? *following.from : std::max(told->head.next(), following.due_from);
    return;
  }
  if (room.membership == Membership::unclear) return;
  conversation_->unfollow(room.name);
  room.following.reset();
}

// ── what the user is to be told ──────────────────────────────────────────────────────────────────────────

void ModelClient::note_hello(const Bytes& frame) {
  if (!lives_.went_back_since(0)) return;
  const auto request = decode_request(frame);
  if (!request.body || !std::holds_alternative<request::Hello>(*request.body)) return;
  hello_ = request.id;
  for (auto& room : rooms_) {
    room.seen = {};
    if (!room.following) continue;
    const auto& messages = account_.followings[*room.following].messages;
    if (!messages.empty()) room.seen = messages.back().sequence;
  }
}

/// Whoever has seen more than the store has when he comes back is told so (promise 9), not who has seen other
/// messages than the store has by then.
void ModelClient::note_welcome(const Bytes& frame) {
  if (!lives_.went_back_since(0)) return;
  const auto reply = decode_reply(frame);
  if (!reply || reply->id != hello_) return;
  const auto* welcome = std::get_if<reply::Welcome>(&reply->body);
  if (welcome == nullptr || welcome->epoch != epoch_) return;
  for (const auto& [name, head] : welcome->rooms) {
    const auto room = std::ranges::find(rooms_, name, &Room::name);
    if (room == rooms_.end() || !room->following) continue;
    auto& following = account_.followings[*room->following];
    if (following.messages.empty()) continue;
    if (room->seen > head) {
      following.went_back_to = head;
    } else if (lives_.went_back_since(room->life) && !lives_.hold(account_.name, following.messages)) {
      following.is_overgrown = true;
    }
  }
}

}  // namespace palabre::broker::simulation
