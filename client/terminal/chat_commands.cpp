#include <algorithm>
#include <charconv>

#include "client/counted.hpp"
#include "client/terminal/chat.hpp"
#include "client/terminal/commands.hpp"
#include "client/visible_text.hpp"
#include "schema/room_names.hpp"
#include "schema/text.hpp"

namespace palabre::terminal {
namespace {

constexpr std::size_t kMoreLines = 200;
constexpr std::size_t kPeekLines = 5;
constexpr std::size_t kRowLines = 20;
constexpr std::size_t kLinesMax = 1'000;

std::string left_aligned(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

}  // namespace

void Chat::help(const std::string& argument) {
  if (argument.empty()) {
    for (const auto& command : commands()) {
      const auto usage = "/" + std::string(command.name) + " " + std::string(command.arguments);
      print(left_aligned(usage, 18) + std::string(command.about), Tone::normal);
    }
    print(left_aligned("//text", 18) + "Send text that begins with a slash", Tone::normal);
    return;
  }
  const auto* command = find_command(argument.starts_with('/') ? argument.substr(1) : argument);
  if (command == nullptr) return complain("there is no command " + argument + "; /help lists them");
  print("/" + std::string(command->name) + " " + std::string(command->arguments), Tone::normal);
  print("  " + std::string(command->about), Tone::normal);
  print("  for example: " + std::string(command->example), Tone::normal);
}

void Chat::lock(const std::string& /*argument*/) {
  if (!gate_.is_open()) return tell(lock_text(gate_.count()));
  gate_.close();
}

void Chat::unlock(const std::string& /*argument*/) {
  if (gate_.is_open()) return tell("not locked");
  release();
}

void Chat::more(const std::string& /*argument*/) {
  if (unread_.empty()) return tell("nothing more was held");
  if (!can_ask()) return;
  for (std::size_t left = kMoreLines; left > 0 && !unread_.empty();) {
    auto& range = unread_.front();
    const auto in_range = range.last.value - range.first.value + 1;
    const auto answer = client_.history({.room = range.room,
                                         .from = range.first,
                                         .since = {},
                                         .count = std::min<std::uint64_t>(left, in_range)},
                                        kAnswerWait);
    if (const auto* problem = std::get_if<Problem>(&answer)) return complain(*problem);
    const auto& page = std::get<reply::Page>(answer);
    const auto count = page.batch.events.size();
    if (page.batch.epoch != range.epoch || count == 0) {
      tell("some of it cannot be had any more");
      unread_.pop_front();
      continue;
    }
    print_messages(messages_of(page), {});
    left -= std::min(left, count);
    range.first = range.first.plus(count);
    if (range.first > range.last) unread_.pop_front();
  }
  std::uint64_t rest = 0;
  for (const auto& range : unread_) rest += range.last.value - range.first.value + 1;
  tell(rest == 0 ? "that was all that was held" : std::to_string(rest) + " more: /more reads on");
}

void Chat::peek(const std::string& argument) {
  const auto count = read_count(argument, kPeekLines);
  if (!count) return;
  const auto held = gate_.peek(*count);
  if (held.empty()) return tell("nothing is held");
  tell("the last " + std::to_string(held.size()) + " of " + std::to_string(gate_.count().total) + " held");
  print_messages(held, {});
  tell("still locked");
}

void Chat::join(const std::string& argument) {
  was_moved_ = false;
  if (!is_room(argument)) return complain(refuse(RefusalCode::bad_room).text);
  if (rooms_.contains(argument)) {
    room_ = argument;
    return tell("you are in " + room_);
  }
  if (!can_ask()) return;
  const auto joined = client_.join(argument, kAnswerWait);
  if (const auto* problem = std::get_if<Problem>(&joined)) return complain(*problem);
  const auto& answer = std::get<reply::Joined>(joined);
  if (!follow(answer.room, answer.head, settings_.history_lines)) return;
  room_ = answer.room;
  tell("you are in " + room_ +
       (answer.is_new ? ", a new room" : ", " + counted(answer.head.value, "message")));
}

void Chat::leave(const std::string& argument) {
  const auto room = argument.empty() ? room_ : argument;
  if (!rooms_.contains(room)) return complain("you are not in " + room);
  if (!can_ask()) return;
  const auto left = client_.leave(room, kAnswerWait);
  if (const auto* problem = std::get_if<Problem>(&left)) return complain(*problem);
  client_.unfollow(room);
  rooms_.erase(room);
  leave_for_another(room);
  tell("you left " + room + " and are in " + room_);
}

void Chat::leave_for_another(const std::string& room) {
  if (room == room_ && !rooms_.empty()) room_ = rooms_.contains("lobby") ? "lobby" : *rooms_.begin();
}

void Chat::who(const std::string& argument) {
  const auto room = argument.empty() ? room_ : argument;
  if (!can_ask()) return;
  const auto answer =
      client_.who({.from = ClientNumber{1}, .count = limits::kWhoClientsMax, .room = room}, kAnswerWait);
  if (const auto* problem = std::get_if<Problem>(&answer)) return complain(*problem);
  const auto& who = std::get<reply::Who>(answer);
  std::size_t online = 0;
  for (const auto& client : who.clients) {
    online += client.is_online ? 1 : 0;
    const auto number = left_aligned("#" + std::to_string(client.client.value), 5);
    print("  " + number + " " + left_aligned(visible_line(client.name), limits::kNameBytesMax) +
              (client.is_online ? " online" : " offline") +
              (client.role ? ", " + std::string(name_of(*client.role)) : ""),
          Tone::normal);
  }
  const auto members = counted(who.clients.size(), "member") + (who.next ? ", and more" : "");
  tell(room + ": " + members + ", " + std::to_string(online) + " online");
}

void Chat::whois(const std::string& argument) {
  if (!is_name(argument)) return complain(refuse(RefusalCode::bad_name).text);
  if (!can_ask()) return;
  const auto answer = client_.whois(argument, kAnswerWait);
  if (const auto* problem = std::get_if<Problem>(&answer)) return complain(*problem);
  print("  " + whois_line(std::get<reply::Whois>(answer)), Tone::normal);
}

void Chat::rooms(const std::string& /*argument*/) {
  if (!can_ask()) return;
  const auto answer = client_.rooms(kAnswerWait);
  if (const auto* problem = std::get_if<Problem>(&answer)) return complain(*problem);
  for (const auto& room : std::get<reply::Rooms>(answer).rooms) {
    completion_.knows_room(room.room);
    const std::string mark = room.room == room_ ? "* " : rooms_.contains(room.room) ? "+ " : "  ";
    print(mark + left_aligned(visible_line(room.room), limits::kRoomBytesMax) + " " +
              counted(room.head.value, "message") + ", " + counted(room.members, "member"),
          Tone::normal);
  }
  tell("* you are here, + you are in it");
}

void Chat::matrix(const std::string& argument) {
  ClientNumber client = welcome_.client;
  if (!argument.empty()) {
    const auto digits = argument.starts_with('#') ? argument.substr(1) : argument;
    const auto* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, client.value);
    if (error != std::errc{} || stop != end || !client)
      return complain("/matrix takes a client number, such as 3");
  }
  if (!can_ask()) return;
  auto answer = client_.row({.client = client, .from = Column{1}, .count = 1}, kAnswerWait);
  if (const auto* problem = std::get_if<Problem>(&answer)) return complain(*problem);
  const auto columns = std::get<reply::Row>(answer).columns.value;
  const Column from{columns > kRowLines ? columns - static_cast<std::uint32_t>(kRowLines) + 1 : 1};
  answer = client_.row({.client = client, .from = from, .count = kRowLines}, kAnswerWait);
  if (const auto* problem = std::get_if<Problem>(&answer)) return complain(*problem);
  const auto& row = std::get<reply::Row>(answer);
  tell("row " + std::to_string(client.value) + ", " + row.name + ": " + counted(columns, "message"));
  print_messages(messages_of(row, welcome_.epoch), {.shows_room = true, .shows_column = true});
}

void Chat::history(const std::string& argument) {
  const auto count = read_count(argument, std::max<std::size_t>(settings_.history_lines, 1));
  if (!count || !can_ask()) return;
  auto answer = client_.history({.room = room_, .from = Sequence{1}, .since = {}, .count = 1}, kAnswerWait);
  if (const auto* problem = std::get_if<Problem>(&answer)) return complain(*problem);
  const auto head = std::get<reply::Page>(answer).head.value;
  const Sequence from{head > *count ? head - *count + 1 : 1};
  answer = client_.history({.room = room_, .from = from, .since = {}, .count = *count}, kAnswerWait);
  if (const auto* problem = std::get_if<Problem>(&answer)) return complain(*problem);
  print_messages(messages_of(std::get<reply::Page>(answer)), {.marks_replay = true});
  tell(room_ + ": " + counted(head, "message") + " in all");
}

void Chat::quit(const std::string& /*argument*/) { is_over_ = true; }

bool Chat::can_ask() {
  if (link_ == event::LinkState::connected) return true;
  complain("not connected: try again when the connection is back");
  return false;
}

std::optional<std::size_t> Chat::read_count(const std::string& argument, std::size_t otherwise) {
  if (argument.empty()) return otherwise;
  std::size_t count = 0;
  const auto* const end = argument.data() + argument.size();
  const auto [stop, error] = std::from_chars(argument.data(), end, count);
  if (error == std::errc{} && stop == end && count > 0 && count <= kLinesMax) return count;
  complain("a whole number from 1 to 1000 is wanted");
  return std::nullopt;
}

}  // namespace palabre::terminal
