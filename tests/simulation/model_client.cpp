#include "tests/simulation/model_client.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "client/outbox_codec.hpp"
#include "tests/simulation/epoch_blindness.hpp"
#include "tests/simulation/trace.hpp"

namespace palabre::broker::simulation {
namespace {

constexpr std::array<std::string_view, 6> kNames{"alice", "bruno", "chloe", "denis", "emma", "farid"};

}  // namespace

ModelClient::ModelClient(std::size_t index, Surroundings& surroundings, const Lives& lives, Networks networks,
                         const std::vector<std::string>& private_rooms)
    : index_(index),
      surroundings_(surroundings),
      lives_(lives),
      networks_(networks),
      rooms_{{"lobby", Membership::member}, {"tea"}, {"wine"}},
      account_{name_of(index), {}, {}, {}} {
  if (surroundings.dice.once_in(2)) outbox_file_ = "";
  for (const auto& room : private_rooms) rooms_.push_back({room});
  meets_direct_rooms_ = !private_rooms.empty() && surroundings.dice.once_in(2);
}

std::string ModelClient::name_of(std::size_t index) { return std::string(kNames.at(index)); }

// ── the program ──────────────────────────────────────────────────────────────────────────────────────────

void ModelClient::start() {
  ClientOptions options;
  options.name = account_.name;
  options.token = "secret-of-" + account_.name + "-0123456789";
  options.follows_new_direct_rooms = meets_direct_rooms_;
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
  epoch_.clear();
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
    note_hello(frame);
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
  note_welcome(frame);
  const auto now = surroundings_.agenda.now();
  if (overlooks_epochs()) {
    conversation_->take_talk(reply_of_epoch(frame, epoch_), now);
  } else {
    conversation_->take_talk(frame, now);
  }
  advance();
}

void ModelClient::receive(const FeedNetwork::Frame& frame) {
  surroundings_.trace([&] { return account_.name + " hears feed " + line_of_feed(frame.topic, frame.body); });
  const auto now = surroundings_.agenda.now();
  if (overlooks_epochs()) {
    conversation_->take_feed(frame.topic, feed_of_epoch(frame, epoch_), now);
  } else {
    conversation_->take_feed(frame.topic, frame.body, now);
  }
  advance();
}

bool ModelClient::overlooks_epochs() const {
  return surroundings_.has(PlantedBug::overlooks_a_new_epoch) && !epoch_.empty();
}

void ModelClient::set_backlogged(bool is_backlogged) {
  conversation_->set_backlogged(is_backlogged);
  advance();
}

}  // namespace palabre::broker::simulation
