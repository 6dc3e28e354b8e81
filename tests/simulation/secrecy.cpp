#include "tests/simulation/secrecy.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

#include "schema/codec.hpp"
#include "schema/frames.hpp"
#include "schema/notice.hpp"
#include "tests/simulation/room_names.hpp"

namespace palabre::broker::simulation {

void Secrecy::hear(const std::string& user, const Bytes& frame) {
  look();
  const auto decoded = decode_reply(frame).value();
  std::visit(
      [&]<class Kind>(const Kind& reply) {
        if constexpr (requires { this->check(user, reply); }) this->check(user, reply);
        if constexpr (requires { this->check_heads(user, reply.rooms); })
          this->check_heads(user, reply.rooms);
      },
      decoded.body);
}

void Secrecy::hear(const FeedNetwork::Frame& frame) {
  look();
  if (frame.topic == kTickTopic) {
    const auto tick = decode_tick(frame.body).value();
    for (const auto& head : tick.heads) require_open(head.room);
  } else if (frame.topic.starts_with("room/")) {
    const auto batch = decode_batch(frame.body).value();
    require_open(batch.room);
    require_of_room({}, batch);
  } else {
    require_open(decode_notice(frame.body).value().room);
  }
}

void Secrecy::look() {
  if (commits_ == disk_.commits() && !now_.rooms.empty()) return;
  commits_ = disk_.commits();
  before_ = std::exchange(now_, disk_.load());
}

void Secrecy::check(const std::string& user, const reply::Said& said) {
  require_reader(user, said.batch.room, Since::this_commit);
  require_of_room(user, said.batch);
}

void Secrecy::check(const std::string& user, const reply::Page& page) {
  require_reader(user, page.batch.room, Since::last_commit);
  require_of_room(user, page.batch);
}

/// Whoever is sent away or invited is told that, and nothing else.
void Secrecy::check(const std::string& user, const reply::Noticed& noticed) {
  const auto& room = noticed.notice.room;
  for (const auto& event : noticed.notice.events) {
    const bool is_of_user = event.client == number_of(now_, user);
    if (!is_of_user && !was_there_for(user, room, event)) require_reader(user, room, Since::this_commit);
  }
}

/// Whether the user left in this commit, and the event came before that.
bool Secrecy::was_there_for(const std::string& user, const std::string& room,
                            const NoticeEvent& event) const {
  const auto* found = find_room(before_, user, room);
  if (found == nullptr || !may_read(before_, user, room)) return false;
  const auto is_event = [&]<class Kind>(const Kind& record) {
    if constexpr (std::is_same_v<Kind, record::Joined>) {
      return event.kind == NoticeKind::joined && record.room == found->number &&
             record.client == event.client;
    } else if constexpr (std::is_same_v<Kind, record::Left>) {
      return event.kind == NoticeKind::left && record.room == found->number && record.client == event.client;
    } else if constexpr (std::is_same_v<Kind, record::Moderated>) {
      return event.kind == notice_of(record.action) && record.room == found->number &&
             record.client == event.client;
    } else {
      return false;
    }
  };
  for (const auto& record : disk_.last_commit()) {
    const auto* left = std::get_if<record::Left>(&record);
    if (left != nullptr && left->room == found->number && left->client == number_of(before_, user))
      return false;
    if (std::visit(is_event, record)) return true;
  }
  return false;
}

void Secrecy::check_heads(const std::string& user, const std::vector<RoomHead>& heads) {
  for (const auto& head : heads) require_reader(user, head.room, Since::last_commit);
}

void Secrecy::require_reader(const std::string& user, const std::string& room, Since since) {
  if (may_read(now_, user, room)) return;
  if (since == Since::last_commit && may_read(before_, user, room)) return;
  note(user + " is told what is none of his business, of " + room);
}

void Secrecy::require_open(std::string_view room) {
  if (is_private(room)) note("the feed tells everybody of " + std::string(room));
}

void Secrecy::require_of_room(const std::string& user, const Batch& batch) {
  const auto* room = find_room(now_, user, batch.room);
  if (room == nullptr) return;
  const auto stored = disk_.page(room->number, batch.first, batch.events.size());
  for (std::size_t i = 0; i < batch.events.size(); ++i) {
    const auto& text = batch.events[i].text;
    if (i < stored.size() && stored[i].text == text) continue;
    // Neighbours that changed places are the checker's to find.
    if (is_elsewhere(room->number, text))
      note((user.empty() ? "everybody" : user) + " is told " + text + ", as if it were of " + batch.room);
  }
}

bool Secrecy::is_elsewhere(RoomNumber room, const std::string& text) const {
  return std::ranges::any_of(disk_.messages(), [&](const StoredMessage& message) {
    return message.text == text && message.room != room;
  });
}

void Secrecy::note(std::string sentence) {
  if (!breach_) breach_ = std::move(sentence);
}

}  // namespace palabre::broker::simulation
