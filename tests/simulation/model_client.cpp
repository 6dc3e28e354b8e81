#include "tests/simulation/model_client.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "client/outbox_codec.hpp"
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
      account_{std::string(kNames.at(index)), {}, {}, {}} {
  if (surroundings.dice.once_in(2)) outbox_file_ = "";
}

// ── the program ──────────────────────────────────────────────────────────────────────────────────────────

void ModelClient::start() {
  ClientOptions options;
  options.name = account_.name;
  options.token = "secret-of-" + account_.name + "-0123456789";
  options.wants_notices = surroundings_.dice.once_in(4);
  conversation_.emplace(Conversation::Options{std::move(options), surroundings_.dice.next(), resume()});
  networks_.talk.open(index_);
  advance();
}

/// What the file holds; with none, or one that is new, everything begins anew.
std::optional<KeptPosts> ModelClient::resume() {
  if (!outbox_file_) {
    ++run_;
    by_ticket_.clear();
    return std::nullopt;
  }
  auto decoded = decode_outbox(*outbox_file_);
  if (!decoded) {
    decoded.emplace();
    decoded->posts.name = account_.name;
    decoded->posts.run = {1 + surroundings_.dice.below(limits::kIntegerMax)};
    outbox_file_ = encode_kept(decoded->posts);
  } else {
    outbox_file_->resize(decoded->bytes);
  }
  auto& posts = decoded->posts;
  forget_what_was_not_kept(posts);
  if (surroundings_.has(PlantedBug::forgets_kept_ids)) {
    posts.apply(kept::Began{{1 + surroundings_.dice.below(limits::kIntegerMax)}, Counter{1}});
  }
  return std::move(posts);
}

void ModelClient::forget_what_was_not_kept(const KeptPosts& kept) {
  for (auto ticket = kept.last.value; ticket < by_ticket_.size(); ++ticket) {
    auto& post = account_.posts[by_ticket_[ticket]];
    post.fate = Account::Fate::never_sent;
  }
  by_ticket_.resize(kept.last.value);
  for (const auto place : by_ticket_) account_.posts[place].is_awaited = false;
  for (const auto& post : kept.pending) posted(post.ticket).is_awaited = true;
}

void ModelClient::kill() {
  surroundings_.trace([&] { return account_.name + " is killed"; });
  networks_.talk.close(index_);
  networks_.feed.close(index_);
  conversation_.reset();
  wake_at_ = Moment::max();
  call_.reset();
  dies_while_keeping_ = false;
  if (!outbox_file_) {
    for (const auto place : by_ticket_) account_.posts[place].is_awaited = false;
  }
  for (auto& room : rooms_) {
    if (room.following) account_.followings[*room.following].is_due = false;
    room.following.reset();
  }
}

void ModelClient::advance() {
  const auto now = surroundings_.agenda.now();
  conversation_->advance(now);
  auto effects = conversation_->take_effects();
  if (!keep(effects)) {
    if (surroundings_.has(PlantedBug::sends_before_keeping)) send(std::move(effects.frames));
    return kill();
  }
  carry_out(std::move(effects));
  wake_at_ = conversation_->wake_at(now);
}

/// False when it is killed over it.
bool ModelClient::keep(const Effects& effects) {
  if (effects.kept.empty()) return true;
  std::string bytes;
  for (const auto& record : effects.kept) bytes += encode_kept(record);
  const bool dies = dies_while_keeping_;
  if (dies) bytes.resize(surroundings_.dice.below(bytes.size() + 1));
  *outbox_file_ += bytes;
  return !dies;
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
  send(std::move(effects.frames));
  for (const auto& event : effects.events) take(event);
  for (const auto& finished : effects.finished) take(finished);
}

void ModelClient::send(std::vector<Bytes> frames) {
  for (auto& frame : frames) {
    surroundings_.trace([&] { return account_.name + " sends " + line_of_request(frame); });
    networks_.talk.send(index_, std::move(frame));
  }
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
  return account_.posts.at(by_ticket_.at(ticket.value - 1));
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

}  // namespace palabre::broker::simulation
