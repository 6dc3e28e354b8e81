#include "client/terminal/line_screen.hpp"

#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

// Readline needs FILE from <cstdio> above it.
#include <readline/history.h>
#include <readline/readline.h>

namespace palabre::terminal {

/// What readline calls: plain functions that find the one living screen.
struct ReadlineCalls {
  static inline LineScreen* screen = nullptr;
  static inline std::vector<std::string> candidates;

  /// Enter: the typed line is taken away, because its message appears in its place among the others.
  static int submit(int count, int key) {
    const std::string line = rl_line_buffer;
    if (line.find_first_not_of(" \t\n") != std::string::npos) remember(line);
    screen->typed_.push_back({Typed::Kind::line, line});
    rl_clear_visible_line();
    rl_replace_line("", 0);
    return rl_newline(count, key);
  }

  static void remember(const std::string& line) {
    using_history();
    const auto* last = previous_history();
    if (last == nullptr || line != last->line) add_history(line.c_str());
    using_history();
  }

  static int press_lock(int /*count*/, int /*key*/) {
    screen->typed_.push_back({Typed::Kind::lock_key, {}});
    return 0;
  }

  static void finished(char* line) {
    if (line == nullptr) screen->end_input();
    std::free(line);
  }

  static char* next_candidate(const char* /*word*/, int state) {
    static std::size_t next = 0;
    if (state == 0) next = 0;
    return next < candidates.size() ? ::strdup(candidates[next++].c_str()) : nullptr;
  }

  static char** complete(const char* word, int start, int end) {
    rl_attempted_completion_over = 1;  // never file names
    const std::string line(rl_line_buffer, static_cast<std::size_t>(end));
    candidates = screen->completer_(line, static_cast<std::size_t>(start));
    return candidates.empty() ? nullptr : rl_completion_matches(word, next_candidate);
  }
};

namespace {

constexpr const char* kFaint = "\x1b[2m";
constexpr const char* kLoud = "\x1b[1m";
constexpr const char* kNormal = "\x1b[0m";
constexpr std::size_t kHistoryMax = 1'000;

void bind_keys() {
  for (const char* name : {"emacs-standard", "vi-insert", "vi-command"}) {
    auto* const keys = rl_get_keymap_by_name(name);
    if (keys == nullptr) continue;
    rl_bind_key_in_map('\r', ReadlineCalls::submit, keys);
    rl_bind_key_in_map('\n', ReadlineCalls::submit, keys);
    for (const char* f4 : {"\x1bOS", "\x1b[14~", "\x1b[[D"})
      rl_bind_keyseq_in_map(f4, ReadlineCalls::press_lock, keys);
  }
}

void set_variable(const char* name, const char* value) { rl_variable_bind(name, value); }

void set_up_readline() {
  rl_readline_name = "palabre";
  rl_catch_signals = 0;
  rl_catch_sigwinch = 0;
  rl_erase_empty_line = 1;
  rl_basic_word_break_characters = " \t\n";
  rl_completer_word_break_characters = " \t\n";
  rl_attempted_completion_function = ReadlineCalls::complete;
  rl_sort_completion_matches = 0;
  rl_initialize();
  set_variable("enable-bracketed-paste", "on");  // a line feed in a paste must not send
  set_variable("horizontal-scroll-mode", "off");
  set_variable("page-completions", "off");      // a pager would stop the chat
  set_variable("completion-query-items", "0");  // and so would a question
  stifle_history(static_cast<int>(kHistoryMax));
  bind_keys();
}

bool is_searching() {
  return RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH | RL_STATE_NUMERICARG | RL_STATE_VIMOTION) != 0;
}

}  // namespace

LineScreen::LineScreen(bool uses_colours, Completer completer)
    : uses_colours_(uses_colours), completer_(std::move(completer)) {
  ReadlineCalls::screen = this;
  set_up_readline();
  rl_callback_handler_install("", ReadlineCalls::finished);
}

LineScreen::~LineScreen() {
  if (is_searching()) rl_callback_sigcleanup();
  if (!has_ended_) {
    rl_clear_visible_line();
    rl_callback_handler_remove();
  }
  write_waiting();
  std::fflush(stdout);
  ReadlineCalls::screen = nullptr;
}

void LineScreen::print(const std::string& rows, Tone tone) {
  rings_ = rings_ || tone == Tone::loud;
  const bool is_coloured = uses_colours_ && tone != Tone::normal;
  if (is_coloured) waiting_ += tone == Tone::faint ? kFaint : kLoud;
  waiting_ += rows;
  if (is_coloured) waiting_ += kNormal;
  waiting_ += '\n';
}

void LineScreen::show(const Status& status) { wanted_prompt_ = prompt_text(status); }

/// Readline has already left the input line behind.
void LineScreen::end_input() {
  has_ended_ = true;
  rl_callback_handler_remove();
  typed_.push_back({Typed::Kind::end, {}});
}

bool LineScreen::flush() {
  if (has_ended_) {
    write_waiting();
    return true;
  }
  const bool has_news = !waiting_.empty();
  const bool has_status = wanted_prompt_ != shown_prompt_ && !is_searching();
  if (!has_news && !has_status) return true;
  const auto now = std::chrono::steady_clock::now();
  // A count that runs is not worth a redraw a message.
  if (!has_news && now - last_redraw_ < std::chrono::milliseconds(kRedrawPauseMs)) return false;
  last_redraw_ = now;
  if (has_news) {
    rl_clear_visible_line();
    write_waiting();
    rl_on_new_line();
  }
  redraw();
  return true;
}

void LineScreen::write_waiting() {
  std::fwrite(waiting_.data(), 1, waiting_.size(), stdout);
  if (std::exchange(rings_, false)) std::fputc('\a', stdout);
  waiting_.clear();
}

void LineScreen::redraw() {
  if (wanted_prompt_ != shown_prompt_ && !is_searching()) {
    rl_set_prompt(wanted_prompt_.c_str());
    shown_prompt_ = wanted_prompt_;
  }
  rl_redisplay();
}

std::size_t LineScreen::width() const {
  int rows = 0;
  int columns = 0;
  rl_get_screen_size(&rows, &columns);
  return columns > 0 ? static_cast<std::size_t>(columns) : 80;
}

void LineScreen::resize() { rl_resize_terminal(); }

void LineScreen::suspend() {
  rl_clear_visible_line();
  rl_deprep_term_function();
  std::fflush(stdout);
  std::raise(SIGSTOP);  // here we wait until somebody brings us back
  rl_prep_term_function(1);
  rl_resize_terminal();
  rl_on_new_line();
  rl_redisplay();
}

void LineScreen::read_input() { rl_callback_read_char(); }

std::optional<Typed> LineScreen::next_typed() {
  if (typed_.empty()) return std::nullopt;
  auto typed = std::move(typed_.front());
  typed_.pop_front();
  return typed;
}

bool LineScreen::clear_input() {
  const bool was_searching = is_searching();
  if (was_searching) rl_callback_sigcleanup();
  if (rl_end == 0 && !was_searching) return false;
  rl_clear_visible_line();
  rl_replace_line("", 0);
  rl_on_new_line();
  rl_redisplay();
  return true;
}

}  // namespace palabre::terminal
