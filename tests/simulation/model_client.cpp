#include "tests/simulation/model_client.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "tests/simulation/trace.hpp"

namespace palabre::broker::simulation {
namespace {

constexpr std::array<std::string_view, 6> kNames{"alice", "bruno", "chloe", "denis", "emma", "farid"};

}  // namespace

ModelClient::ModelClient(std::size_t index, Surroundings& surroundings, Networks networks)
    : index_(index),
      surroundings_(surroundings),
      networks_(networks),
      rooms_{{"lobby", Membership::member}, {"tea"}, {"wine"}},
      account_{std::string(kNames.at(index)), {}, {}, {}} {}

// ── the program ──────────────────────────────────────────────────────────────────────────────────────────

void ModelClient::start() {
  ClientOptions options;
  options.name = account_.name;
  options.token = "secret-of-" + account_.name + "-0123456789";
  options.wants_notices = surroundings_.dice.once_in(4);
  conversation_.emplace(Conversation::Options{std::move(options), surroundings_.dice.next()});
  ++run_;
  posted_before_run_ = account_.posts.size();
  networks_.talk.open(index_);
  advance();
}

void ModelClient::kill() {
  surroundings_.trace([&] { return account_.name + " is killed"; });
  networks_.talk.close(index_);
  networks_.feed.close(index_);
  conversation_.reset();
  wake_at_ = Moment::max();
  call_.reset();
  for (auto& room : rooms_) {
    if (room.following) account_.followings[*room.following].is_due = false;
    room.following.reset();
  }
}

void ModelClient::advance() {
  const auto now = surroundings_.agenda.now();
  conversation_->advance(now);
  carry_out(conversation_->take_effects());
  wake_at_ = conversation_->wake_at(now);
}

void ModelClient::carry_out(Effects effects) {
  if (effects.closes_sockets) {
    networks_.talk.close(index_);
    networks_.feed.close(index_);
  }
  if (effects.reopens_talk) networks_.talk.open(index_);
  if (effects.feed_port) networks_.feed.open(index_);
  for (auto& topic : effects.subscriptions) networks_.feed.subscribe(index_, std::move(topic));
  for (const auto& topic : effects.unsubscriptions) networks_.feed.unsubscribe(index_, topic);
  if (effects.reopens_talk) surroundings_.trace([&] { return account_.name + " reopens talk"; });
  if (effects.feed_port) surroundings_.trace([&] { return account_.name + " opens feed"; });
  for (auto& frame : effects.frames) {
    surroundings_.trace([&] { return account_.name + " sends " + line_of_request(frame); });
    networks_.talk.send(index_, std::move(frame));
  }
  for (const auto& event : effects.events) take(event);
  for (const auto& finished : effects.finished) take(finished);
}

void ModelClient::talk_up() {
  surroundings_.trace([&] { return account_.name + " talk is up"; });
  conversation_->talk_up(surroundings_.agenda.now());
  advance();
}

void ModelClient::talk_down() {
  surroundings_.trace([&] { return account_.name + " talk is down"; });
  conversation_->talk_down(surroundings_.agenda.now());
  advance();
}

void ModelClient::receive(const Bytes& frame) {
  surroundings_.trace([&] { return account_.name + " hears " + line_of_reply(frame); });
  conversation_->take_talk(frame, surroundings_.agenda.now());
  advance();
}

void ModelClient::receive(const FeedNetwork::Frame& frame) {
  surroundings_.trace([&] { return account_.name + " hears feed " + line_of_feed(frame.topic, frame.body); });
  conversation_->take_feed(frame.topic, frame.body, surroundings_.agenda.now());
  advance();
}

void ModelClient::set_backlogged(bool is_backlogged) {
  conversation_->set_backlogged(is_backlogged);
  advance();
}

// ── what the user is told ────────────────────────────────────────────────────────────────────────────────

void ModelClient::take(const ClientEvent& event) {
  surroundings_.trace([&] { return account_.name + " is told " + line_of(event); });
  if (const auto* message = std::get_if<event::Message>(&event)) {
    take(*message);
  } else if (const auto* stored = std::get_if<event::Stored>(&event)) {
    take_fate(stored->counter, Account::Fate::stored);
    posted(stored->counter).stored = *stored;
  } else if (const auto* refused = std::get_if<event::PostRefused>(&event)) {
    take_fate(refused->counter, Account::Fate::refused);
  } else if (std::holds_alternative<event::EpochChanged>(event)) {
    account_.complaints.emplace_back("was told of another epoch");
  } else if (std::holds_alternative<event::StoreWentBack>(event)) {
    account_.complaints.emplace_back("was told that the store went back");
  } else if (const auto* link = std::get_if<event::Link>(&event)) {
    if (link->state == event::LinkState::refused) account_.complaints.push_back("refused: " + link->text);
  }
}

Account::Posted& ModelClient::posted(Counter ticket) {
  return account_.posts.at(posted_before_run_ + ticket.value - 1);
}

void ModelClient::take_fate(Counter ticket, Account::Fate fate) {
  auto& post = posted(ticket);
  if (post.fate != Account::Fate::unknown) account_.complaints.push_back("was told twice of " + post.text);
  post.fate = fate;
}

void ModelClient::take(const event::Message& message) {
  const auto room = std::ranges::find(rooms_, message.room, &Room::name);
  if (room == rooms_.end() || !room->following) {
    account_.complaints.push_back("was handed " + message.text + " without following " + message.room);
    return;
  }
  account_.followings[*room->following].messages.push_back(message);
  room->handed_over = message.sequence;
}

void ModelClient::take(const Finished& finished) {
  if (!call_ || finished.call != call_->number) return;
  auto& room = rooms_[call_->room];
  if (!call_->is_leave) {
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
  auto& following = account_.followings[*room.following];
  if (told != nullptr) {
    room.membership = Membership::member;
    following.is_due = true;
    following.due_from = following.from ? *following.from : told->head.next();
    return;
  }
  if (room.membership == Membership::unclear) return;
  conversation_->unfollow(room.name);
  room.following.reset();
}

// ── what the user does ───────────────────────────────────────────────────────────────────────────────────

void ModelClient::act() {
  auto& dice = surroundings_.dice;
  const auto number = dice.below(rooms_.size());
  auto& room = rooms_[number];
  if (call_ || dice.below(10) < 6) return post();
  if (!room.following || room.membership == Membership::unclear) {
    std::optional<Sequence> from;
    if (dice.once_in(3)) from = Sequence{1};
    if (room.handed_over && dice.once_in(2)) from = room.handed_over->next();
    follow(number, from);
  } else if (number > 0) {
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
  const auto ticket = account_.posts.size() - posted_before_run_ + 1;
  auto text = account_.name + "-" + std::to_string(account_.posts.size() + 1);
  conversation_->post(Counter{ticket}, room, text);
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
  // Who is not sure to have left goes on, from where they were: following twice changes nothing.
  if (room.following) from.reset();
  room.following = account_.followings.size();
  account_.followings.push_back({room.name, from, {}});
  conversation_->follow(room.name, from, surroundings_.agenda.now());
  begin_call(number, false, request::Join{room.name});
}

void ModelClient::leave(std::size_t number) {
  auto& room = rooms_[number];
  surroundings_.trace([&] { return account_.name + " leaves " + room.name; });
  account_.followings[*room.following].is_due = false;
  begin_call(number, true, request::Leave{room.name});
}

void ModelClient::begin_call(std::size_t room, bool is_leave, Request request) {
  call_ = Call{next_call_, room, is_leave};
  next_call_ = next_call_.next();
  const auto patience = surroundings_.draw_ms(500, 20'000);
  conversation_->call(call_->number, std::move(request), surroundings_.agenda.now() + patience);
}

bool ModelClient::is_settled(const std::vector<RoomHead>& heads) const {
  if (!is_running() || call_) return false;
  const auto is_open = [this](const Account::Posted& post) {
    return post.run == run_ && post.fate == Account::Fate::unknown;
  };
  if (std::any_of(account_.posts.begin() + static_cast<std::ptrdiff_t>(posted_before_run_),
                  account_.posts.end(), is_open)) {
    return false;
  }
  return std::ranges::all_of(heads, [this](const RoomHead& room) {
    const auto mine = std::ranges::find(rooms_, room.room, &Room::name);
    if (!mine->following) return true;
    const auto& following = account_.followings[*mine->following];
    if (!following.is_due) return true;
    const auto& messages = following.messages;
    return room.head < following.due_from || (!messages.empty() && messages.back().sequence >= room.head);
  });
}

}  // namespace palabre::broker::simulation
