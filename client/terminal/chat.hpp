#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "client/client.hpp"
#include "client/display_gate.hpp"
#include "client/exit_status.hpp"
#include "client/message_line.hpp"
#include "client/moment.hpp"
#include "client/terminal/completion.hpp"
#include "client/terminal/read_marks.hpp"
#include "client/terminal/screen.hpp"
#include "client/terminal/visits.hpp"

namespace palabre::terminal {

/// A conversation at a terminal: what happens in the rooms goes to the screen through the display gate, what
/// is typed goes to the rooms or runs a command. Lives on the application thread; knows neither poll nor
/// signals.
class Chat {
 public:
  struct Settings {
    std::string room;
    std::size_t history_lines = 20;  ///< shown of a room's past on coming in
    std::filesystem::path read_marks = {};
    std::string name = {};  ///< the one that was said to the broker
  };

  /// Requires a client that is connected; `welcome` is its answer.
  Chat(Client& client, Screen& screen, Settings settings, reply::Welcome welcome);

  /// Comes into the rooms. False when that was refused; the reason is on the screen.
  [[nodiscard]] bool enter();
  void take(const ClientEvent& event);
  void take(const Typed& typed);
  /// Ctrl-c: clears the line, then offers to quit, then quits.
  void interrupt();
  /// Tells what has become due, and brings the status on the screen up to date.
  void show_status(Moment now);

  [[nodiscard]] bool is_over() const { return is_over_; }
  /// Not done when the broker turned us away, or something that was typed could not be done.
  [[nodiscard]] int exit_status() const { return exit_status_; }
  [[nodiscard]] bool is_turned_away() const { return link_ == event::LinkState::refused; }
  [[nodiscard]] const Completion& completion() const { return completion_; }

  // The commands of commands.hpp; `argument` is what follows the name.
  void help(const std::string& argument);
  void lock(const std::string& argument);
  void unlock(const std::string& argument);
  void more(const std::string& argument);
  void peek(const std::string& argument);
  void join(const std::string& argument);
  void leave(const std::string& argument);
  void who(const std::string& argument);
  void whois(const std::string& argument);
  void rooms(const std::string& argument);
  void matrix(const std::string& argument);
  void history(const std::string& argument);
  void quit(const std::string& argument);
  // chat_people.cpp
  void msg(const std::string& argument);
  void invite(const std::string& argument);
  void role(const std::string& argument);
  void kick(const std::string& argument);
  void mute(const std::string& argument);
  void unmute(const std::string& argument);
  void ban(const std::string& argument);
  void unban(const std::string& argument);
  void audit(const std::string& argument);

 private:
  /// How long a command waits for the broker; the screen stands still meanwhile.
  static constexpr std::chrono::milliseconds kAnswerWait{3'000};

  void happened(const event::Message& message);
  void happened(const event::Notice& notice);
  void happened(const event::ShutOut& shut_out);
  void happened(const event::RoomRenamed& renamed);
  void happened(const event::Stored& stored);
  void happened(const event::PostRefused& refused);
  void happened(const event::PostDelayed& delayed);
  void happened(const event::CaughtUp& caught_up);
  void happened(const event::Link& link);
  void happened(const event::NameChanged& changed);
  void happened(const event::EpochChanged& changed);
  void happened(const event::StoreWentBack& back);

  void tell_notice(const event::Notice& notice);
  void happened_to_us(const event::Notice& notice);
  void tell_of_new_name();
  void greet();
  void run(const std::string& line);
  void say(const std::string& text);
  void say_in(const std::string& room, const std::string& text);
  void moderate(Moderation action, const std::string& argument);
  /// Goes to another room if `room`, which is ours no longer, is the one we are in.
  void leave_for_another(const std::string& room);
  void release();
  void toggle_lock();
  /// How much of a room's past is shown on coming in: of direct rooms all that is new.
  [[nodiscard]] std::uint64_t lines_due(const RoomHead& room) const;
  /// Follows a room from `history_lines` before its head.
  [[nodiscard]] bool follow(const std::string& room, Sequence head, std::size_t history_lines);

  void print_message(const event::Message& message, MessageLayout layout);
  [[nodiscard]] Tone tone_of(const event::Message& message, const MessageLayout& layout) const;
  void print_messages(const std::vector<event::Message>& messages, MessageLayout layout);
  /// A line that may have words of others in it.
  void print(const std::string& line, Tone tone);
  void tell(const std::string& sentence);      ///< "-- sentence --"
  void complain(const std::string& sentence);  ///< tells, and remembers it for exit_status()
  void complain(const Problem& problem) { complain(sentence_of(problem)); }
  [[nodiscard]] bool can_ask();
  /// 1 to 1,000; `otherwise` without an argument; nothing, and a complaint, when it is something else.
  [[nodiscard]] std::optional<std::size_t> read_count(const std::string& argument, std::size_t otherwise);

  Client& client_;
  Screen& screen_;
  Settings settings_;
  reply::Welcome welcome_;
  Completion completion_;
  DisplayGate gate_;
  Visits visits_;
  ReadMarks marks_;
  std::deque<DisplayGate::Range> unread_;  ///< released by number only; /more reads them
  std::string room_;
  std::set<std::string> rooms_;
  std::map<ClientNumber, std::string> renamed_;  ///< to what, as was told last
  std::set<std::string> rooms_in_history_;       ///< whose past is being shown
  std::string date_;                             ///< of the last message on the screen
  event::LinkState link_ = event::LinkState::connected;
  std::optional<Moment> unanswered_since_;
  bool was_lost_ = false;
  bool was_moved_ = false;  ///< out of a private room, by others
  bool has_greeted_ = false;
  bool has_offered_to_quit_ = false;
  bool is_over_ = false;
  int exit_status_ = kDone;
};

}  // namespace palabre::terminal
