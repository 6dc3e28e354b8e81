#include "client/cli/sending.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <variant>

#include "client/cli/json_lines.hpp"
#include "client/cli/talk.hpp"
#include "schema/text.hpp"

namespace palabre::cli {
namespace {

/// So many posts may be without an answer before more lines are read.
constexpr std::size_t kUnderWayMax = 2048;

}  // namespace

int Sending::send_text(const std::string& text) {
  post(text);
  return run();
}

int Sending::send_lines() {
  reads_lines_ = true;
  if (resumed_.refused > 0) {
    say(std::to_string(resumed_.refused) + " refused by the run before; remove " + options_.outbox +
        " to send the input anew");
    status_ = kFailed;
  }
  return run();
}

int Sending::send_what_was_kept() { return run(); }

int Sending::run() {
  for (;;) {
    take_events();
    post_lines();  // last before waiting: what the answers made room for would wake nobody
    if (is_turned_away_) return status_of(std::get<Problem>(client_.connect(std::chrono::milliseconds(0))));
    if (!wants_input() && under_way_ == 0 && has_posted_all()) return end();
    if (watch_.has_come()) return stop(kInterrupted);
    if (deadline_.is_over()) return stop(kTimedOut);
    wait();
  }
}

/// Everything has its answer.
int Sending::end() {
  if (options_.posts_lines && (input_.is_behind() || input_.is_another())) {
    say(options_.outbox + " is of a run with another input; remove it to send this one");
    return kUsage;
  }
  // A run with refused lines is not to be begun anew: those that are stored would be stored again.
  if (status_ == kDone || !options_.posts_lines) client_.discard_outbox();
  return status_;
}

int Sending::stop(int status) const {
  if (under_way_ == 0) return status;
  const auto next =
      options_.outbox.empty() ? std::string{} : "; the same command with " + options_.outbox + " asks again";
  say(std::to_string(under_way_) + " unknown: sent, and no answer came" + next);
  return kUnacknowledged;
}

void Sending::post_lines() {
  while (reads_lines_ && under_way_ < kUnderWayMax) {
    const auto line = lines_.next_line();
    if (!line) return;
    ++line_number_;
    if (!line->empty()) post(*line);
    if (input_.is_another()) reads_lines_ = false;
  }
}

void Sending::post(const std::string& text) {
  const auto refusal = refuse_text(text);
  if (!refusal && input_.passes_over(room_, text)) return;
  const auto posted = client_.post(room_, text);
  if (posted) {
    ++under_way_;
    return;
  }
  const auto where = reads_lines_ ? "line " + std::to_string(line_number_) + " " : std::string{};
  refused(where + "refused: ", posted.refusal());
}

void Sending::refused(const std::string& what, const Refusal& refusal) {
  say(what + refusal.text);
  if (status_ == kDone) status_ = status_of(refusal);
}

void Sending::take_events() {
  while (const auto event = client_.next_event(std::chrono::milliseconds(0))) take(*event);
  output_.flush();  // somebody who does not read the acknowledgements still wants the messages sent
}

void Sending::take(const ClientEvent& event) {
  if (const auto* stored = std::get_if<event::Stored>(&event)) {
    --under_way_;
    if (options_.prints_json) output_.line(json_line(*stored));
  } else if (const auto* refusal = std::get_if<event::PostRefused>(&event)) {
    --under_way_;
    refused("refused: ", refusal->refusal);
  } else if (const auto* delayed = std::get_if<event::PostDelayed>(&event)) {
    say("refused for now, asking again: " + delayed->refusal.text);
  } else if (const auto* link = std::get_if<event::Link>(&event)) {
    say_link(*link, under_way_);
    is_turned_away_ = is_turned_away_ || link->state == event::LinkState::refused;
  }
}

void Sending::wait() const {
  const bool reads = wants_input() && under_way_ < kUnderWayMax;
  std::array<pollfd, 3> waiting{{{.fd = client_.event_descriptor(), .events = POLLIN, .revents = 0},
                                 {.fd = watch_.descriptor(), .events = POLLIN, .revents = 0},
                                 {.fd = reads ? STDIN_FILENO : -1, .events = POLLIN, .revents = 0}}};
  if (::poll(waiting.data(), waiting.size(), deadline_.poll_timeout()) <= 0) return;
  if (waiting[2].revents != 0) lines_.read_once();
}

}  // namespace palabre::cli
