#include <unistd.h>

#include <iostream>
#include <iterator>
#include <memory>
#include <variant>
#include <vector>

#include "client/cli/connection.hpp"
#include "client/cli/program.hpp"
#include "client/cli/sending.hpp"
#include "client/cli/talk.hpp"
#include "client/cli/verbs.hpp"
#include "client/exit_status.hpp"

namespace palabre::cli {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

/// All of standard input, without the last line feed.
std::string read_whole_input() {
  std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

/// The outbox file keeps another single text: that one is seen to first, and this one is a new one. Nothing
/// when there is no such text, else how that went.
std::optional<int> send_another_first(Connection& connection, const std::string& room,
                                      const std::string& text, const SendOptions& options,
                                      const Deadline& deadline) {
  const auto resumed = connection.client->resumed();
  TextsDigest texts;
  texts.add(room, text);
  const bool is_same = resumed.texts == texts && resumed.refused == 0;
  if (!resumed.last || is_same) return std::nullopt;
  if (resumed.last > Counter{1}) {
    say(options.outbox + " is of a run with --lines that was cut off; end that one first, or remove it");
    return kUsage;
  }
  return Sending(connection, room, options, deadline).send_what_was_kept();
}

/// A connection for posting to the room, or the status to end with.
std::variant<Connection, int> connect_to_post(const Settings& settings, const SendOptions& options,
                                              const Deadline& deadline) {
  auto connected = connect(settings, {.outbox_file = options.outbox, .has_patience = true}, deadline);
  auto* connection = std::get_if<Connection>(&connected);
  if (connection == nullptr) return connected;
  if (const auto status = join_if_needed(*connection, settings.config.room, deadline)) return *status;
  return connected;
}

int send_text(const Settings& settings, const SendOptions& options, const Deadline& deadline) {
  const auto& room = settings.config.room;
  const auto text = options.words.empty() ? read_whole_input() : joined(options.words);
  for (;;) {
    auto connected = connect_to_post(settings, options, deadline);
    if (const auto* status = std::get_if<int>(&connected)) return *status;
    auto& connection = std::get<Connection>(connected);
    const auto before = send_another_first(connection, room, text, options, deadline);
    if (!before) return Sending(connection, room, options, deadline).send_text(text);
    // Refused or stored, it is done with.
    if (*before != kDone && *before != kFailed && *before != kNotAllowed) return *before;
  }
}

int send(const Settings& settings, const SendOptions& options) {
  if (options.posts_lines && !options.words.empty()) {
    say("--lines reads standard input; it takes no TEXT");
    return kUsage;
  }
  if (!options.posts_lines && options.words.empty() && ::isatty(STDIN_FILENO) == 1) {
    say("nothing to send: give a TEXT, or standard input from a pipe");
    return kUsage;
  }
  const Deadline deadline(options.timeout);
  if (!options.posts_lines) return send_text(settings, options, deadline);
  auto connected = connect_to_post(settings, options, deadline);
  if (const auto* status = std::get_if<int>(&connected)) return *status;
  return Sending(std::get<Connection>(connected), settings.config.room, options, deadline).send_lines();
}

}  // namespace

void add_send(Program& program) {
  auto options = std::make_shared<SendOptions>();
  auto& verb = program.add_verb("send", "Post messages; done once the broker has stored them",
                                [options](const Settings& settings) { return send(settings, *options); });
  program.add_room_flag(verb);
  verb.add_option("text", options->words, "The message; without it, the whole of standard input")
      ->type_name("TEXT");
  verb.add_flag("--lines", options->posts_lines,
                "Post each line of standard input as it comes; empty ones are passed over");
  verb.add_flag("--json", options->prints_json, "Print one object for each stored message");
  verb.add_option(
          "--outbox", options->outbox,
          "Keep the messages in FILE until they are answered: the same command, given again after it\n"
          "was cut off, posts each of them once. FILE is removed when all are stored")
      ->type_name("FILE");
  verb.add_option("--timeout", options->timeout,
                  "End the run after so many seconds: 6 when a message is unanswered, else 5")
      ->check(not_negative())
      ->type_name("S");
}

}  // namespace palabre::cli
