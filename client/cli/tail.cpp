#include <poll.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "client/cli/connection.hpp"
#include "client/cli/exec.hpp"
#include "client/cli/interrupt.hpp"
#include "client/cli/output.hpp"
#include "client/cli/program.hpp"
#include "client/cli/since.hpp"
#include "client/cli/talk.hpp"
#include "client/cli/verbs.hpp"
#include "client/exit_status.hpp"
#include "schema/room_names.hpp"

namespace palabre::cli {
namespace {

struct TailOptions {
  std::optional<std::string> since;
  std::optional<std::uint64_t> count;
  std::optional<double> timeout;
  bool stops_at_end = false;
  bool prints_json = false;
  bool is_direct = false;
  std::optional<std::string> command;
};

/// One run of `tail`: each message of the room, once and in order, until a reason to end.
class Tailing {
 public:
  Tailing(Client& client, const TailOptions& options, const Deadline& deadline)
      : client_(client),
        options_(options),
        deadline_(deadline),
        messages_(output_, options.prints_json ? OutputFormat::json : OutputFormat::text,
                  MessageLayout{.shows_room = options.is_direct}) {}

  int run() {
    for (;;) {
      const auto end = take_events();
      if (!output_.flush()) return kDone;
      if (end) return *end;
      if (watch_.has_come()) return kInterrupted;
      if (deadline_.is_over()) return kTimedOut;
      if (!wait()) return kDone;
    }
  }

 private:
  /// A status when that was all.
  std::optional<int> take_events() {
    while (const auto event = client_.next_event(std::chrono::milliseconds(0))) {
      if (const auto* message = std::get_if<event::Message>(&*event)) {
        take(*message);
        if (options_.count && ++taken_ == *options_.count) return kDone;
      } else if (std::holds_alternative<event::CaughtUp>(*event)) {
        if (options_.stops_at_end) return kDone;
      } else if (const auto* link = std::get_if<event::Link>(&*event)) {
        say_link(*link);
        if (link->state == event::LinkState::refused) return kNotAllowed;
      } else if (const auto* shut_out = std::get_if<event::ShutOut>(&*event)) {
        say("you are no longer in " + shut_out->room);
        return kNotAllowed;
      } else if (const auto* renamed = std::get_if<event::RoomRenamed>(&*event)) {
        say(renamed->before + " is " + renamed->now + " now");
      } else if (const auto* changed = std::get_if<event::NameChanged>(&*event)) {
        say("the operator calls you " + changed->now + " now");
      } else if (std::holds_alternative<event::EpochChanged>(*event)) {
        say("the broker's store is another one now; sequences begin anew");
      } else if (const auto* back = std::get_if<event::StoreWentBack>(&*event)) {
        say("the broker's store went back: " + std::to_string(back->seen.value) + " messages were seen in " +
            back->room + ", it has " + std::to_string(back->head.value));
      }
    }
    return std::nullopt;
  }

  void take(const event::Message& message) {
    if (!options_.command) return messages_.print(message);
    output_.flush();
    const int status = run_command(*options_.command, message);
    if (status != 0)
      say("message " + std::to_string(message.sequence.value) + ": the command ended with " +
          std::to_string(status));
  }

  /// False once nobody reads standard output any more.
  bool wait() const {
    // A pipe whose reader went reports an error although nothing was asked for.
    std::array<pollfd, 3> waiting{{{.fd = client_.event_descriptor(), .events = POLLIN, .revents = 0},
                                   {.fd = watch_.descriptor(), .events = POLLIN, .revents = 0},
                                   {.fd = options_.command ? -1 : STDOUT_FILENO, .events = 0, .revents = 0}}};
    if (::poll(waiting.data(), waiting.size(), deadline_.poll_timeout()) <= 0) return true;
    return (waiting[2].revents & POLLERR) == 0;
  }

  Client& client_;
  const TailOptions& options_;
  const Deadline& deadline_;
  InterruptWatch watch_;
  Output output_;
  MessageOutput messages_;
  std::uint64_t taken_ = 0;
};

/// A status when that fails.
std::optional<int> follow(Connection& connection, const std::string& room, const TailOptions& options,
                          const Deadline& deadline) {
  if (const auto status = join_if_needed(connection, room, deadline)) return *status;
  std::optional<Sequence> from;
  if (options.since) {
    const auto first =
        first_sequence(connection, room, *read_since(*options.since), deadline.left(kAnswerWait));
    if (const auto* problem = std::get_if<Problem>(&first)) return fail(*problem);
    from = std::get<Sequence>(first);
  }
  const auto followed = connection.client->follow(room, from, deadline.left(kAnswerWait));
  if (const auto* problem = std::get_if<Problem>(&followed)) return fail(*problem);
  return std::nullopt;
}

std::vector<std::string> rooms_to_follow(const reply::Welcome& welcome, const std::string& room,
                                         const TailOptions& options) {
  if (!options.is_direct) return {room};
  std::vector<std::string> rooms;
  for (const auto& [name, head] : welcome.rooms) {
    if (room_kind(name) == RoomKind::direct) rooms.push_back(name);
  }
  return rooms;
}

int tail(const Settings& settings, const TailOptions& options) {
  const Deadline deadline(options.timeout);
  const auto use = options.is_direct ? FeedUse::messages_and_new_direct_rooms : FeedUse::messages;
  auto connected = connect(settings, {.feed = use, .has_patience = true}, deadline);
  if (const auto* status = std::get_if<int>(&connected)) return *status;
  auto& connection = std::get<Connection>(connected);
  for (const auto& room : rooms_to_follow(connection.welcome, settings.config.room, options)) {
    if (const auto status = follow(connection, room, options, deadline)) return *status;
  }
  return Tailing(*connection.client, options, deadline).run();
}

}  // namespace

void add_tail(Program& program) {
  auto options = std::make_shared<TailOptions>();
  auto& verb = program.add_verb("tail", "Print a room's messages as they come",
                                [options](const Settings& settings) { return tail(settings, *options); });
  program.add_room_flag(verb);
  auto* until_end =
      verb.add_flag("--until-end", options->stops_at_end, "End when all that is stored now was printed");
  verb.add_flag("--direct", options->is_direct, "Instead of a room: all that is said to you alone")
      ->excludes("--room")
      ->excludes(until_end);
  verb.add_option("--since", options->since, "Begin in the past: all, a sequence, or an age such as 10m")
      ->check(CLI::Validator(complain_about_since, "", ""))
      ->type_name("WHEN");
  verb.add_option("--count", options->count, "End after so many messages")->check(positive())->type_name("N");
  verb.add_option("--timeout", options->timeout, "End with status 5 after so many seconds")
      ->check(not_negative())
      ->type_name("S");
  verb.add_flag("--json", options->prints_json, "Print one object a message");
  verb.add_option(
          "--exec", options->command,
          "Run this shell command for each message instead of printing it: the text on its\n"
          "standard input, the rest in PALABRE_MESSAGE_ROOM, _SEQUENCE, _CLIENT, _NAME, _AT, _TEXT, …")
      ->type_name("CMD");
}

}  // namespace palabre::cli
