#include <poll.h>
#include <unistd.h>

#include <array>
#include <iostream>
#include <iterator>
#include <memory>
#include <vector>

#include "client/cli/connection.hpp"
#include "client/cli/interrupt.hpp"
#include "client/cli/json_lines.hpp"
#include "client/cli/output.hpp"
#include "client/cli/program.hpp"
#include "client/cli/talk.hpp"
#include "client/cli/verbs.hpp"
#include "client/exit_status.hpp"
#include "client/line_reader.hpp"

namespace palabre::cli {
namespace {

/// So many posts may be without an answer before more lines are read.
constexpr std::size_t kUnderWayMax = 2048;

struct SendOptions {
  std::vector<std::string> words;
  bool posts_lines = false;
  bool prints_json = false;
  std::optional<double> timeout;
};

/// One run of `send`: posts, and waits until each is answered.
class Sending {
 public:
  Sending(Connection& connection, std::string room, const SendOptions& options, const Deadline& deadline)
      : client_(*connection.client), room_(std::move(room)), options_(options), deadline_(deadline) {}

  int send_text(const std::string& text) {
    reads_lines_ = false;
    post(text);
    return run();
  }
  int send_lines() { return run(); }

 private:
  int run() {
    for (;;) {
      take_events();
      post_lines();  // last before waiting: what the answers made room for would wake nobody
      if (is_refused_) return kNotAllowed;
      if (!wants_input() && under_way_ == 0 && has_posted_all()) return status_;
      if (watch_.has_come()) return stop(kInterrupted);
      if (deadline_.is_over()) return stop(kTimedOut);
      wait();
    }
  }

  [[nodiscard]] bool wants_input() const { return reads_lines_ && !lines_.is_at_end(); }
  [[nodiscard]] bool has_posted_all() const { return !reads_lines_ || !lines_.has_line(); }

  void post_lines() {
    while (reads_lines_ && under_way_ < kUnderWayMax) {
      const auto line = lines_.next_line();
      if (!line) return;
      ++line_number_;
      if (!line->empty()) post(*line);
    }
  }

  void post(const std::string& text) {
    const auto posted = client_.post(room_, text);
    if (posted) {
      ++under_way_;
      return;
    }
    const auto where = reads_lines_ ? "line " + std::to_string(line_number_) + " " : std::string{};
    refused(where + "not sent: ", posted.refusal());
  }

  void refused(const std::string& what, const Refusal& refusal) {
    say(what + refusal.text);
    if (status_ == kDone) status_ = status_of(refusal);
  }

  void take_events() {
    while (const auto event = client_.next_event(std::chrono::milliseconds(0))) {
      if (const auto* stored = std::get_if<event::Stored>(&*event)) {
        --under_way_;
        if (options_.prints_json) output_.line(json_line(*stored));
      } else if (const auto* refusal = std::get_if<event::PostRefused>(&*event)) {
        --under_way_;
        refused("not stored: ", refusal->refusal);
      } else if (const auto* delayed = std::get_if<event::PostDelayed>(&*event)) {
        say("not stored yet, trying again: " + delayed->refusal.text);
      } else if (const auto* link = std::get_if<event::Link>(&*event)) {
        say_link(*link);
        is_refused_ = is_refused_ || link->state == event::LinkState::refused;
      }
    }
    output_.flush();  // somebody who does not read the acknowledgements still wants the messages sent
  }

  void wait() const {
    const bool reads = wants_input() && under_way_ < kUnderWayMax;
    std::array<pollfd, 3> waiting{{{.fd = client_.event_descriptor(), .events = POLLIN, .revents = 0},
                                   {.fd = watch_.descriptor(), .events = POLLIN, .revents = 0},
                                   {.fd = reads ? STDIN_FILENO : -1, .events = POLLIN, .revents = 0}}};
    if (::poll(waiting.data(), waiting.size(), deadline_.poll_timeout()) <= 0) return;
    if (waiting[2].revents != 0) lines_.read_once();
  }

  int stop(int status) const {
    if (under_way_ == 0) return status;
    say(std::to_string(under_way_) + " sent but not acknowledged: stored or not, nobody knows");
    return kUnacknowledged;
  }

  Client& client_;
  std::string room_;
  const SendOptions& options_;
  const Deadline& deadline_;
  InterruptWatch watch_;
  Output output_;
  mutable LineReader lines_{STDIN_FILENO};
  std::size_t line_number_ = 0;
  bool reads_lines_ = true;
  bool is_refused_ = false;
  std::size_t under_way_ = 0;
  int status_ = kDone;
};

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
  auto connected = connect(settings, FeedUse::none, deadline);
  if (const auto* status = std::get_if<int>(&connected)) return *status;
  auto& connection = std::get<Connection>(connected);
  const auto& room = settings.config.room;
  if (const auto status = join_if_needed(connection, room, deadline)) return *status;
  const auto text =
      options.words.empty() && !options.posts_lines ? read_whole_input() : joined(options.words);
  Sending sending(connection, room, options, deadline);
  return options.posts_lines ? sending.send_lines() : sending.send_text(text);
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
  verb.add_option("--timeout", options->timeout,
                  "End the run after so many seconds: 6 when a message is unanswered, else 5")
      ->check(not_negative())
      ->type_name("S");
}

}  // namespace palabre::cli
