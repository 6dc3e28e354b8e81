#include "tests/simulation/checker.hpp"

#include <map>
#include <stdexcept>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace palabre::broker::simulation {

using broker::StoredMessage;

namespace {

/// What the checks stop with.
struct Breach : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void require(bool holds, const std::string& sentence) {
  if (!holds) throw Breach(sentence);
}

std::string place(const std::string& room, Sequence sequence) {
  return room + " " + std::to_string(sequence.value);
}

class Check {
 public:
  Check(std::span<const Account* const> accounts, broker::MemoryJournal& disk)
      : accounts_(accounts), image_(disk.load()), stored_(disk.messages()) {
    timelines_.resize(image_.rooms.size());
    for (const auto& account : accounts_) by_name_.emplace(account->name, account);
  }

  void run() {
    for (const auto& message : stored_) take_stored(message);
    require_whole_rows();
    for (const auto* account : accounts_) {
      require(account->complaints.empty(),
              account->name + " " + (account->complaints.empty() ? "" : account->complaints.front()));
      require_true_fates(*account);
      for (const auto& following : account->followings) require_complete(*account, following);
    }
  }

 private:
  void take_stored(const StoredMessage& message) {
    const auto& room = image_.rooms.at(message.room.value - 1).name;
    const auto& sender = image_.clients.at(message.client.value - 1).name;
    require(places_.emplace(message.text, &message).second, message.text + " is stored twice");
    auto& timeline = timelines_.at(message.room.value - 1);
    timeline.push_back(&message);
    require(message.sequence.value == timeline.size(), "a hole before " + place(room, message.sequence));
    require(message.column.value == ++columns_[message.client], "a hole in the row of " + sender);
    require_posted(message, room, sender);
  }

  void require_posted(const StoredMessage& message, const std::string& room, const std::string& sender) {
    const auto& posts = by_name_.at(sender)->posts;
    const auto number = std::stoul(message.text.substr(message.text.find('-') + 1));
    require(message.text.starts_with(sender + "-") && number <= posts.size() &&
                posts[number - 1].text == message.text && posts[number - 1].room == room,
            message.text + " is stored in " + room + " as of " + sender + ", who never posted that");
    auto& last = last_of_run_[{sender, posts[number - 1].run}];
    require(number > last, message.text + " is stored behind a later one of " + sender);
    last = number;
  }

  void require_whole_rows() const {
    for (const auto& client : image_.clients) {
      const auto found = columns_.find(client.number);
      const auto count = found == columns_.end() ? 0 : found->second;
      require(client.columns.value == count, "the row of " + client.name + " has another length");
    }
  }

  void require_true_fates(const Account& account) const {
    for (const auto& post : account.posts) {
      const auto found = places_.find(post.text);
      const bool is_stored = found != places_.end();
      if (post.fate == Account::Fate::refused) require(!is_stored, post.text + " was refused, and is stored");
      if (post.fate == Account::Fate::never_sent)
        require(!is_stored, post.text + " was sent before it was kept");
      if (post.fate != Account::Fate::stored) continue;
      require(is_stored, post.text + " was acknowledged, and is lost");
      const auto& [message, told] = std::pair(*found->second, *post.stored);
      require(told.sequence == message.sequence && told.column == message.column && told.at == message.at &&
                  told.client == message.client && told.room == post.room && told.is_durable,
              post.text + " is stored elsewhere than the acknowledgement said");
    }
  }

  void require_complete(const Account& account, const Account::Following& following) const {
    const auto& messages = following.messages;
    const auto* timeline = timeline_of(following.room);
    const auto who = account.name + " following " + following.room;
    for (std::size_t i = 0; i < messages.size(); ++i) {
      const auto sequence = messages[i].sequence;
      require(i == 0 || sequence == messages[i - 1].sequence.next(),
              who + " was handed " + std::to_string(sequence.value) + " out of order");
      require(timeline != nullptr && sequence && sequence.value <= timeline->size(),
              who + " was handed " + std::to_string(sequence.value) + ", which is not stored");
      require_same(messages[i], *(*timeline)[sequence.value - 1], who);
    }
    if (!messages.empty() && following.from) {
      require(messages.front().sequence == *following.from, who + " began elsewhere than asked");
    }
    if (!following.is_due || timeline == nullptr) return;
    const bool is_any_due = timeline->size() >= following.due_from.value;
    require(!is_any_due || (!messages.empty() && messages.front().sequence <= following.due_from &&
                            messages.back().sequence.value == timeline->size()),
            who + " misses messages of " + std::to_string(following.due_from.value) + " to " +
                std::to_string(timeline->size()));
  }

  void require_same(const event::Message& handed, const StoredMessage& stored, const std::string& who) const {
    const auto& sender = image_.clients.at(stored.client.value - 1);
    require(handed.text == stored.text && handed.client == stored.client && handed.name == sender.name &&
                handed.column == stored.column && handed.at == stored.at && handed.epoch == image_.epoch,
            who + " was handed another " + place(handed.room, handed.sequence) + " than is stored");
  }

  [[nodiscard]] const std::vector<const StoredMessage*>* timeline_of(const std::string& room) const {
    for (const auto& one : image_.rooms) {
      if (one.name == room) return &timelines_[one.number.value - 1];
    }
    return nullptr;
  }

  std::span<const Account* const> accounts_;
  const broker::Image image_;
  const std::vector<StoredMessage> stored_;
  std::unordered_map<std::string_view, const Account*> by_name_;
  std::unordered_map<std::string_view, const StoredMessage*> places_;
  std::vector<std::vector<const StoredMessage*>> timelines_;
  std::map<ClientNumber, std::uint32_t> columns_;
  std::map<std::pair<std::string, unsigned>, std::size_t> last_of_run_;
};

}  // namespace

std::optional<std::string> check(std::span<const Account* const> accounts, broker::MemoryJournal& disk) {
  try {
    Check(accounts, disk).run();
  } catch (const Breach& breach) {
    return breach.what();
  }
  return std::nullopt;
}

}  // namespace palabre::broker::simulation
