#include "tests/simulation/checker.hpp"

#include <algorithm>
#include <deque>

#include "tests/simulation/room_names.hpp"
#include "tests/simulation/stored_life.hpp"

namespace palabre::broker::simulation {

using broker::StoredMessage;

namespace {

class Check {
 public:
  Check(std::span<const Account* const> accounts, const std::vector<Life>& lives) : accounts_(accounts) {
    for (const auto& life : lives) lives_.emplace_back(life, accounts);
  }

  void run() const {
    for (const auto* account : accounts_) {
      require(account->complaints.empty(),
              account->name + " " + (account->complaints.empty() ? "" : account->complaints.front()));
      for (const auto& post : account->posts) require_true_fate(post);
      for (const auto& following : account->followings) require_complete(*account, following);
    }
  }

 private:
  void require_true_fate(const Account::Posted& post) const {
    if (post.fate == Account::Fate::unknown) return;
    for (std::size_t life = post.fate_in_life; life < lives_.size(); ++life) {
      if (post.fate == Account::Fate::stored) {
        require_kept(post, life);
      } else {
        const auto* what = post.fate == Account::Fate::refused ? " was refused, and is stored"
                                                               : " was sent before it was kept";
        require(lives_[life].find(post.text) == nullptr, post.text + what);
      }
    }
  }

  /// In a later life it may be missing, if the copy did not have it; it does not come back.
  void require_kept(const Account::Posted& post, std::size_t life) const {
    const auto* message = lives_[life].find(post.text);
    const bool is_later = life > post.fate_in_life;
    if (is_later && !lives_[life].began_with(post.text)) {
      return require(message == nullptr, post.text + " was acknowledged, and stored again in a later life");
    }
    require(message != nullptr, post.text + " was acknowledged, and is lost");
    const auto& told = *post.stored;
    require(told.sequence == message->sequence && told.column == message->column && told.at == message->at &&
                told.client == message->client && told.room == post.room && told.is_durable,
            post.text + " is stored elsewhere than the acknowledgement said");
  }

  void require_complete(const Account& account, const Account::Following& following) const {
    const auto& messages = following.messages;
    const auto who = account.name + " following " + following.room;
    std::size_t life = 0;
    for (std::size_t i = 0; i < messages.size(); ++i) {
      const auto sequence = messages[i].sequence;
      require(
          i == 0 || (sequence == messages[i - 1].sequence.next() && messages[i].epoch == messages[0].epoch),
          who + " was handed " + std::to_string(sequence.value) + " out of order");
      life = life_that_stored(account.name, messages[i], following.is_overgrown ? 0 : life);
      require(life < lives_.size(), who + " was handed another " + std::to_string(sequence.value) +
                                        " than is stored: " + messages[i].text);
    }
    if (!messages.empty() && following.from) {
      require(messages.front().sequence == *following.from, who + " began elsewhere than asked");
    }
    // Who was sent away from a private room is due nothing more.
    if (following.is_due && !following.is_overgrown &&
        may_read(lives_.back().image(), account.name, following.room)) {
      require_whole(account.name, following, who);
    }
  }

  /// The first one from `life` on that has it: there is one of its epoch, unless an old copy was put back
  /// under it. Whoever was handed something of a later life is handed nothing of an earlier one. As many as
  /// there are lives when there is none.
  [[nodiscard]] std::size_t life_that_stored(const std::string& user, const event::Message& handed,
                                             std::size_t life) const {
    while (life < lives_.size() && !has(lives_[life], user, handed)) ++life;
    return life;
  }

  [[nodiscard]] static bool has(const StoredLife& life, const std::string& user,
                                const event::Message& handed) {
    const auto* timeline = life.timeline_of(user, handed.room);
    if (handed.epoch != life.epoch() || timeline == nullptr) return false;
    if (!handed.sequence || handed.sequence.value > timeline->size()) return false;
    const auto& stored = *(*timeline)[handed.sequence.value - 1];
    return handed.text == stored.text && handed.client == stored.client && handed.column == stored.column &&
           handed.at == stored.at && handed.name == life.name_of(stored.client);
  }

  /// Up to the end of the last life.
  void require_whole(const std::string& user, const Account::Following& following,
                     const std::string& who) const {
    const auto& last = lives_.back();
    const auto& messages = following.messages;
    require(!following.went_back_to, who + " was not told that the store went back");
    require(messages.empty() || messages.back().epoch == last.epoch(), who + " ended in another epoch");
    const auto* timeline = last.timeline_of(user, following.room);
    const Sequence head{timeline == nullptr ? 0 : timeline->size()};
    require(following.due_from.value > 0, who + " never began anew");
    require(messages.empty() || messages.back().sequence <= head,
            who + " has seen more than is stored, untold");
    const bool begins_in_time = messages.empty() || messages.front().sequence <= following.due_from;
    require(begins_in_time && following.is_complete_at(head), who + " misses messages of " +
                                                                  std::to_string(following.due_from.value) +
                                                                  " to " + std::to_string(head.value));
  }

  std::span<const Account* const> accounts_;
  std::deque<StoredLife> lives_;
};

}  // namespace

std::optional<std::string> check(std::span<const Account* const> accounts, const std::vector<Life>& lives) {
  try {
    Check(accounts, lives).run();
  } catch (const Breach& breach) {
    return breach.what();
  }
  return std::nullopt;
}

}  // namespace palabre::broker::simulation
