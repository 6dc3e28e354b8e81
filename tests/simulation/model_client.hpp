#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/conversation.hpp"
#include "tests/simulation/account.hpp"
#include "tests/simulation/feed_network.hpp"
#include "tests/simulation/lives.hpp"
#include "tests/simulation/surroundings.hpp"
#include "tests/simulation/talk_network.hpp"

namespace palabre::broker::simulation {

/// A user and their program: the real Conversation in the hands of a model of client/link.cpp and of an
/// application that posts, follows and leaves rooms, is killed and started again; every other one keeps its
/// outbox in a file.
class ModelClient {
 public:
  struct Networks {
    TalkNetwork& talk;
    FeedNetwork& feed;
  };
  /// `private_rooms` are those that this user knows of.
  ModelClient(std::size_t index, Surroundings& surroundings, const Lives& lives, Networks networks,
              const std::vector<std::string>& private_rooms);
  [[nodiscard]] static std::string name_of(std::size_t index);

  // The program.
  void start();
  void kill();
  /// Kills it in the middle of what it writes into its outbox file next, at any byte.
  void kill_while_keeping() { dies_while_keeping_ = outbox_file_.has_value(); }
  [[nodiscard]] bool is_running() const { return conversation_.has_value(); }
  void spare() { dies_while_keeping_ = false; }

  // The user, if the program runs.
  /// Does one of the things that users do.
  void act();
  /// Posts to a room of theirs.
  void post();
  void follow(const std::string& room);
  void set_backlogged(bool is_backlogged);

  // The networks.
  void talk_up();
  void talk_down();
  void receive(const Bytes& frame);
  void receive(const FeedNetwork::Frame& frame);

  [[nodiscard]] Moment wake_at() const { return wake_at_; }
  void wake() { advance(); }

  /// Requires private rooms.
  [[nodiscard]] const std::string& own_room() const { return rooms_.back().name; }
  [[nodiscard]] const Account& account() const { return account_; }
  /// No post, call or followed message is awaited, in a store as `image` shows it.
  [[nodiscard]] bool is_settled(const broker::Image& image) const;

 private:
  enum class Membership : std::uint8_t { none, member, unclear };
  /// The last message that was handed over, over all runs of the program.
  struct Mark {
    Sequence last;
    Epoch epoch;
    std::size_t life;  ///< of the store
  };
  struct Room {
    std::string name;
    Membership membership = Membership::none;
    std::optional<std::size_t> following = {};  ///< the account's
    std::optional<Mark> mark = {};
    std::size_t life = 0;       ///< of the store, in which the program began to follow
    std::size_t seen_life = 0;  ///< of the store: what the program counts as seen is not older
    Sequence seen = {};         ///< the last one handed over when HELLO was said
  };
  enum class CallKind : std::uint8_t { join, leave, moderate };
  struct Call {
    CallNumber number;
    std::size_t room;
    CallKind kind;
  };

  [[nodiscard]] std::optional<KeptPosts> resume();
  void forget_what_was_not_kept(const KeptPosts& kept);
  [[nodiscard]] bool keep(const Effects& effects);
  void send(std::vector<Bytes> frames);
  void advance();
  void carry_out(Effects effects);
  void take(const ClientEvent& event);
  void take(const event::Message& message);
  void take(const event::Link& link);
  void take(const event::CaughtUp& caught_up);
  void take(const event::EpochChanged& changed);
  void take(const event::StoreWentBack& went_back);
  void take(const event::Notice& notice);
  void take(const event::ShutOut& shut_out);
  void meet(Room& room);
  void begin_anew(Room& room, std::optional<Sequence> from, Sequence due_from);
  [[nodiscard]] bool overlooks_epochs() const;
  void note_hello(const Bytes& frame);
  void note_welcome(const Bytes& frame);
  void take_fate(Counter ticket, Account::Fate fate);
  void take(const Finished& finished);
  void joined(Room& room, const Answer<Reply>& answer);
  void leave(std::size_t room);
  void follow(std::size_t room, std::optional<Sequence> from);
  void moderate(std::size_t room);
  [[nodiscard]] bool owns(const Room& room) const;
  void begin_call(std::size_t room, CallKind kind, Request request);
  void post_to(const std::string& room);
  [[nodiscard]] Account::Posted& posted(Counter ticket);

  const std::size_t index_;
  Surroundings& surroundings_;
  const Lives& lives_;
  Networks networks_;
  std::optional<Conversation> conversation_;
  Moment wake_at_ = Moment::max();
  unsigned run_ = 0;
  std::optional<std::string> outbox_file_;  ///< its bytes
  bool dies_while_keeping_ = false;
  std::vector<std::size_t> by_ticket_;  ///< places in the account's posts
  CallNumber next_call_{1};
  std::optional<Call> call_;
  std::vector<Room> rooms_;
  bool meets_direct_rooms_ = false;
  Epoch epoch_;      ///< that the present run of the program was told; empty until it was welcomed
  RequestId hello_;  ///< the last one sent, once a store has gone back
  Account account_;
};

}  // namespace palabre::broker::simulation
