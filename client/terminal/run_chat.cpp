#include "client/terminal/run_chat.hpp"

#include <langinfo.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <clocale>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>

#include "client/client.hpp"
#include "client/exit_status.hpp"
#include "client/say.hpp"
#include "client/terminal/chat.hpp"
#include "client/terminal/line_screen.hpp"
#include "client/terminal/plain_screen.hpp"
#include "client/terminal/signal_watch.hpp"

namespace palabre::terminal {
namespace {

constexpr std::chrono::milliseconds kConnectWait{5'000};
constexpr std::chrono::milliseconds kLeaveWait{3'000};
constexpr std::size_t kEventsAtOnce = 256;
/// So many posts may be without an answer before more of a pipe is read.
constexpr std::size_t kUnderWayMax = 2'048;
constexpr int kIdleMs = 1'000;  // for states that depend on time, such as a late answer

/// Readline and the terminal must agree that text is UTF-8, also where no locale is set.
void use_utf8() {
  std::setlocale(LC_CTYPE, "");
  if (std::string_view(nl_langinfo(CODESET)) != "UTF-8") std::setlocale(LC_CTYPE, "C.UTF-8");
}

/// The poll loop around a Chat: events of the client, keys, signals, until somebody leaves.
class ChatLoop {
 public:
  ChatLoop(Client& client, const ChatOptions& options, reply::Welcome welcome)
      : client_(client),
        is_interactive_(::isatty(STDIN_FILENO) == 1),
        screen_(make_screen(options)),
        chat_(client, *screen_,
              {.room = options.room,
               .history_lines = options.history_lines,
               .read_marks = options.read_marks,
               .name = options.client.name},
              std::move(welcome)) {}

  int run() {
    if (!chat_.enter()) is_over_ = true;
    while (!is_done()) step(kIdleMs);
    if (status_ == kDone && !chat_.is_turned_away()) wait_for_answers();
    screen_.reset();
    return end();
  }

 private:
  std::unique_ptr<Screen> make_screen(const ChatOptions& options) {
    if (options.mode == ScreenMode::plain) return std::make_unique<PlainScreen>();
    return std::make_unique<LineScreen>(options.uses_colours,
                                        [this](std::string_view line, std::size_t start) {
                                          return chat_.completion().candidates(line, start);
                                        });
  }

  void step(int idle_ms) {
    take_events();
    if (!is_leaving_) take_typed();
    chat_.show_status(std::chrono::steady_clock::now());
    const bool is_drawn = screen_->flush();
    if (!is_leaving_ && is_done()) return;
    wait(is_drawn ? idle_ms : Screen::kRedrawPauseMs);
  }

  void take_typed() {
    while (!is_done()) {
      const auto typed = screen_->next_typed();
      if (!typed) return;
      if (typed->kind == Typed::Kind::end) input_has_ended_ = true;
      chat_.take(*typed);
      chat_.show_status(std::chrono::steady_clock::now());  // a lock is told even when the next line ends it
    }
  }

  [[nodiscard]] bool is_done() const { return is_over_ || chat_.is_over() || screen_->is_closed(); }

  void take_events() {
    for (std::size_t i = 0; i < kEventsAtOnce; ++i) {
      const auto event = client_.next_event(std::chrono::milliseconds(0));
      if (!event) return;
      chat_.take(*event);
    }
  }

  void wait(int timeout_ms) {
    const bool reads = !input_has_ended_ && !is_leaving_ && client_.unacknowledged() < kUnderWayMax;
    std::array<pollfd, 3> waiting{{{.fd = client_.event_descriptor(), .events = POLLIN, .revents = 0},
                                   {.fd = reads ? STDIN_FILENO : -1, .events = POLLIN, .revents = 0},
                                   {.fd = signals_.descriptor(), .events = POLLIN, .revents = 0}}};
    if (::poll(waiting.data(), waiting.size(), timeout_ms) <= 0) return;
    // With Ctrl-c the terminal throws away what was typed, and while it does so it may call itself readable:
    // who reads then waits for the next key. The signal was sent before that, and shows because its
    // descriptor is looked at behind the terminal's.
    if (waiting[1].revents != 0 && waiting[2].revents == 0) screen_->read_input();
    while (const auto signal = signals_.next()) take_signal(*signal);
  }

  void take_signal(int signal) {
    if (signal == SIGWINCH) return screen_->resize();
    if (signal == SIGTSTP) return screen_->suspend();
    if (signal == SIGINT && is_interactive_ && !is_leaving_) return chat_.interrupt();
    status_ = kInterrupted;
    is_over_ = true;
  }

  /// A pipe waits as long as it takes; a person not longer than a moment.
  void wait_for_answers() {
    is_leaving_ = true;
    const auto give_up = std::chrono::steady_clock::now() + kLeaveWait;
    while (client_.unacknowledged() > 0 && status_ == kDone && !chat_.is_turned_away()) {
      if (is_interactive_ && std::chrono::steady_clock::now() > give_up) return;
      step(Screen::kRedrawPauseMs);
    }
    take_events();  // the last refusals
  }

  [[nodiscard]] int end() const {
    const auto unanswered = client_.unacknowledged();
    if (chat_.is_turned_away()) return chat_.exit_status();
    if (unanswered > 0) {
      say(std::to_string(unanswered) + " unknown: sent, and no answer came");
      return kUnacknowledged;
    }
    if (status_ != kDone || is_interactive_) return status_;
    return chat_.exit_status();
  }

  Client& client_;
  bool is_interactive_;
  SignalWatch signals_;
  std::unique_ptr<Screen> screen_;
  Chat chat_;
  bool input_has_ended_ = false;
  bool is_over_ = false;
  bool is_leaving_ = false;  ///< over, but for the answers that are due
  int status_ = kDone;
};

}  // namespace

ScreenMode choose_mode(bool is_plain_wanted) {
  const char* terminal = std::getenv("TERM");
  const bool is_dumb = terminal == nullptr || *terminal == '\0' || std::string_view(terminal) == "dumb";
  const bool is_terminal = ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
  return is_plain_wanted || is_dumb || !is_terminal ? ScreenMode::plain : ScreenMode::line;
}

bool may_use_colours() {
  const char* no_colour = std::getenv("NO_COLOR");
  return no_colour == nullptr || *no_colour == '\0';
}

int run_chat(const ChatOptions& options) {
  use_utf8();
  auto wanted = options.client;
  wanted.wants_notices = true;
  wanted.follows_new_direct_rooms = true;
  Client client(std::move(wanted));
  auto answer = client.connect(kConnectWait);
  if (const auto* problem = std::get_if<Problem>(&answer)) {
    say(sentence_of(*problem));
    return problem->kind == ProblemKind::timed_out ? kUnreachable : status_of(*problem);
  }
  options.on_welcome();
  return ChatLoop(client, options, std::get<reply::Welcome>(std::move(answer))).run();
}

}  // namespace palabre::terminal
