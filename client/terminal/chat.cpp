#include "client/terminal/chat.hpp"

#include <algorithm>
#include <utility>

#include "client/terminal/commands.hpp"
#include "client/time_text.hpp"
#include "client/visible_text.hpp"
#include "schema/room_names.hpp"

namespace palabre::terminal {
namespace {

// An answer that takes longer than this is worth a word in the prompt.
constexpr std::chrono::milliseconds kAnswerUsual{1'000};
// What was said to us while we were away; /history has the rest.
constexpr std::uint64_t kUnreadLinesMax = 200;

}  // namespace

Chat::Chat(Client& client, Screen& screen, Settings settings, reply::Welcome welcome)
    : client_(client),
      screen_(screen),
      settings_(std::move(settings)),
      welcome_(std::move(welcome)),
      gate_({.own_name = welcome_.name}),
      marks_(settings_.read_marks),
      room_(settings_.room),
      date_(local_date(welcome_.time)) {}

bool Chat::enter() {
  for (const auto& room : welcome_.rooms) {
    if (!follow(room.room, room.head, lines_due(room))) return false;
  }
  if (!rooms_.contains(room_)) {
    const auto joined = client_.join(room_, kAnswerWait);
    if (const auto* problem = std::get_if<Problem>(&joined)) {
      complain(*problem);
      return false;
    }
    const auto& answer = std::get<reply::Joined>(joined);
    room_ = answer.room;
    if (!follow(room_, answer.head, settings_.history_lines)) return false;
  }
  has_greeted_ = rooms_in_history_.empty();  // else it comes below the history
  if (has_greeted_) greet();
  return true;
}

std::uint64_t Chat::lines_due(const RoomHead& room) const {
  const std::uint64_t usual = room.room == room_ ? settings_.history_lines : 0;
  if (room_kind(room.room) != RoomKind::direct) return usual;
  const auto read = marks_.last(welcome_.epoch, room.room);
  const auto unread = room.head > read ? room.head.value - read.value : 0;
  return std::max(usual, std::min<std::uint64_t>(unread, kUnreadLinesMax));
}

void Chat::greet() {
  tell("you are " + welcome_.name + " (#" + std::to_string(welcome_.client.value) + ") in " + room_ +
       "; /help lists the commands");
  if (welcome_.name != settings_.name) tell_of_new_name();
}

bool Chat::follow(const std::string& room, Sequence head, std::size_t history_lines) {
  const auto lines = std::min<std::uint64_t>(head.value, history_lines);
  if (lines > 0) rooms_in_history_.insert(room);
  const auto followed = client_.follow(room, Sequence{head.value - lines + 1}, kAnswerWait);
  if (const auto* problem = std::get_if<Problem>(&followed)) {
    complain(*problem);
    return false;
  }
  rooms_.insert(room);
  completion_.knows_room(room);
  return true;
}

void Chat::take(const ClientEvent& event) {
  std::visit([this](const auto& what) { happened(what); }, event);
}

void Chat::happened(const event::Message& message) {
  completion_.heard(message.name);
  if (rooms_.insert(message.room).second) completion_.knows_room(message.room);
  if (const auto shown = gate_.pass(message)) {
    print_message(*shown, {.marks_replay = true});
    marks_.note(*shown);
  }
}

void Chat::happened(const event::Notice& notice) {
  const auto& what = notice.what;
  // Every room that we share tells.
  if (what.kind == NoticeKind::renamed && std::exchange(renamed_[what.client], what.name) == what.name)
    return;
  if (what.client == welcome_.client) return happened_to_us(notice);
  if (const auto now = visits_.take(notice)) tell_notice(*now);
}

void Chat::happened_to_us(const event::Notice& notice) {
  // We did that ourselves, or are told by an event of its own.
  if (notice.what.kind < NoticeKind::invited || notice.what.kind == NoticeKind::renamed) return;
  tell_notice(notice);
  if (notice.what.kind == NoticeKind::invited) tell("/join " + notice.room + " goes there");
}

void Chat::tell_notice(const event::Notice& notice) {
  if (!gate_.is_open()) return;  // /who tells how things are
  if (const auto line = notice_line(notice); !line.empty()) print(line, Tone::faint);
}

void Chat::happened(const event::Stored& /*stored*/) {
}  // the message itself comes through the feed, in its place

void Chat::happened(const event::PostRefused& refused) { complain("refused: " + refused.refusal.text); }

void Chat::happened(const event::PostDelayed& delayed) {
  complain("refused for now, asking again: " + delayed.refusal.text);
}

void Chat::happened(const event::CaughtUp& caught_up) {
  if (rooms_in_history_.erase(caught_up.room) == 0 || !gate_.is_open()) return;
  tell("that (~) was said before in " + caught_up.room);
  if (!std::exchange(has_greeted_, true)) greet();
}

void Chat::happened(const event::Link& link) {
  link_ = link.state;
  if (link.state == event::LinkState::refused) {
    exit_status_ = kNotAllowed;
    is_over_ = true;
    return tell(link.text);
  }
  const bool is_connected = link.state == event::LinkState::connected;
  const bool is_lost = link.state == event::LinkState::lost;
  if (gate_.is_open() && is_lost && !was_lost_)
    tell("connection lost, trying again");  // locked, the status tells
  if (gate_.is_open() && is_connected && was_lost_) tell("connected again");
  was_lost_ = is_lost || (was_lost_ && !is_connected);
}

void Chat::happened(const event::EpochChanged& /*changed*/) {
  unread_.clear();
  tell("the broker's store is another one now: what was said may be missing or different");
}

void Chat::happened(const event::StoreWentBack& back) {
  tell("the broker's store went back: " + back.room + " had " + std::to_string(back.seen.value) +
       " messages, now it has " + std::to_string(back.head.value));
}

void Chat::take(const Typed& typed) {
  has_offered_to_quit_ = false;
  switch (typed.kind) {
    case Typed::Kind::line: return run(typed.text);
    case Typed::Kind::lock_key: return toggle_lock();
    case Typed::Kind::end: return quit({});
  }
}

void Chat::run(const std::string& line) {
  const auto request = read_typed(line);
  if (const auto* spoken = std::get_if<Say>(&request)) return say(spoken->text);
  if (const auto* called = std::get_if<RunCommand>(&request))
    return (this->*called->command->run)(called->argument);
  if (const auto* unknown = std::get_if<UnknownCommand>(&request)) {
    const auto name = "/" + unknown->name;
    complain("there is no command " + name + " and nothing was sent; /help lists them, /" + name +
             " is plain text");
  }
}

void Chat::say(const std::string& text) {
  if (std::exchange(was_moved_, false)) {
    return complain("nothing was sent: you are in " + room_ + " now; say it again if it is for there");
  }
  say_in(room_, text);
}

void Chat::say_in(const std::string& room, const std::string& text) {
  const auto posted = client_.post(room, text);
  if (!posted) return complain("refused: " + posted.refusal().text);
  if (!gate_.is_open()) release();
}

void Chat::release() {
  const auto released = gate_.release();
  if (released.count.total == 0) return;
  auto sentence = std::to_string(released.count.total) + " held";
  if (released.count.to_you > 0) sentence += ", " + std::to_string(released.count.to_you) + " to you";
  tell(sentence);
  print_messages(released.messages, {});
  for (const auto& message : released.messages) marks_.note(message);
  unread_.insert(unread_.end(), released.rest.begin(), released.rest.end());
  const auto unread = released.count.total - released.messages.size();
  if (unread > 0) tell(std::to_string(unread) + " more: /more reads on");
}

void Chat::toggle_lock() { gate_.is_open() ? lock({}) : unlock({}); }

void Chat::interrupt() {
  if (screen_.clear_input()) {
    has_offered_to_quit_ = false;
    return;
  }
  if (has_offered_to_quit_) return quit({});
  has_offered_to_quit_ = true;
  tell("Ctrl-c again, or /quit, leaves the chat");
}

void Chat::show_status(Moment now) {
  for (const auto& notice : visits_.due(now)) tell_notice(notice);
  const auto unanswered = client_.unacknowledged();
  if (unanswered == 0) unanswered_since_.reset();
  if (unanswered > 0 && !unanswered_since_) unanswered_since_ = now;
  const bool is_late = unanswered_since_ && now - *unanswered_since_ > kAnswerUsual;
  screen_.show({.room = room_,
                .is_locked = !gate_.is_open(),
                .held = gate_.count(),
                .link = link_,
                .unknown = is_late ? unanswered : 0});
}

void Chat::print_message(const event::Message& message, MessageLayout layout) {
  layout.width = screen_.width();
  layout.shows_room = layout.shows_room || message.room != room_;
  if (auto date = local_date(message.at); date != date_) {
    tell(date);
    date_ = std::move(date);
  }
  screen_.print(message_line(message, layout), tone_of(message, layout));
}

Tone Chat::tone_of(const event::Message& message, const MessageLayout& layout) const {
  if (message.is_replay) return layout.marks_replay ? Tone::faint : Tone::normal;
  const bool is_to_us = message.client != welcome_.client && mentions(message.text, welcome_.name);
  return is_to_us ? Tone::loud : Tone::normal;
}

void Chat::print_messages(const std::vector<event::Message>& messages, MessageLayout layout) {
  for (const auto& message : messages) print_message(message, layout);
}

void Chat::print(const std::string& line, Tone tone) {
  screen_.print(behind_gutter(visible_line(line), screen_.width(), kUsualIndent), tone);
}

void Chat::tell(const std::string& sentence) { print("-- " + sentence + " --", Tone::faint); }

void Chat::complain(const std::string& sentence) {
  if (exit_status_ == kDone) exit_status_ = kFailed;
  tell(sentence);
}

}  // namespace palabre::terminal
