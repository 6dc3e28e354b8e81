#include "tests/simulation/stored_life.hpp"

#include "tests/simulation/room_names.hpp"

namespace palabre::broker::simulation {

namespace {

std::string place(const std::string& room, Sequence sequence) {
  return room + " " + std::to_string(sequence.value);
}

bool is_same(const StoredMessage& one, const StoredMessage& other) {
  return one.text == other.text && one.client == other.client && one.column == other.column &&
         one.room == other.room && one.sequence == other.sequence && one.at == other.at;
}

}  // namespace

StoredLife::StoredLife(const Life& life, std::span<const Account* const> accounts) : life_(life) {
  ByName by_name;
  for (const auto* account : accounts) by_name.emplace(account->name, account);
  timelines_.resize(life.store.image.rooms.size());
  for (const auto& message : life.store.messages) take(message, by_name);
  require_whole_rows();
  require_copied();
}

void StoredLife::take(const StoredMessage& message, const ByName& accounts) {
  const auto& room = life_.store.image.rooms.at(message.room.value - 1).name;
  const auto& sender = name_of(message.client);
  require(places_.emplace(message.text, &message).second, message.text + " is stored twice");
  auto& timeline = timelines_.at(message.room.value - 1);
  timeline.push_back(&message);
  require(message.sequence.value == timeline.size(), "a hole before " + place(room, message.sequence));
  require(message.column.value == ++columns_[message.client], "a hole in the row of " + sender);
  require_posted(message, room, *accounts.at(sender));
}

void StoredLife::require_posted(const StoredMessage& message, const std::string& room,
                                const Account& sender) {
  const auto& posts = sender.posts;
  const auto number = std::stoul(message.text.substr(message.text.find('-') + 1));
  require(message.text.starts_with(sender.name + "-") && number <= posts.size() &&
              posts[number - 1].text == message.text &&
              stored_name(image(), sender.name, posts[number - 1].room) == room,
          message.text + " is stored in " + room + " as of " + sender.name + ", who never posted that");
  auto& last = last_of_run_[{sender.name, posts[number - 1].run}];
  require(number > last, message.text + " is stored behind a later one of " + sender.name);
  last = number;
}

void StoredLife::require_whole_rows() const {
  for (const auto& client : life_.store.image.clients) {
    const auto found = columns_.find(client.number);
    const auto count = found == columns_.end() ? 0 : found->second;
    require(client.columns.value == count, "the row of " + client.name + " has another length");
  }
}

void StoredLife::require_copied() {
  for (const auto& message : life_.before) {
    copied_.emplace(message.text, &message);
    const auto* found = find(message.text);
    require(found != nullptr && is_same(*found, message),
            message.text + " was in the copy that was put back, and is not there");
  }
}

const StoredMessage* StoredLife::find(std::string_view text) const {
  const auto found = places_.find(text);
  return found == places_.end() ? nullptr : found->second;
}

const StoredLife::Timeline* StoredLife::timeline_of(const std::string& user, const std::string& room) const {
  const auto* found = find_room(image(), user, room);
  return found == nullptr ? nullptr : &timelines_[found->number.value - 1];
}

const std::string& StoredLife::name_of(ClientNumber client) const {
  return life_.store.image.clients.at(client.value - 1).name;
}

}  // namespace palabre::broker::simulation
