#include "client/terminal/plain_screen.hpp"

#include <unistd.h>

#include <cerrno>

namespace palabre::terminal {

void PlainScreen::print(const std::string& rows, Tone /*tone*/) { waiting_ += rows + "\n"; }

void PlainScreen::show(const Status& status) {
  const bool was_locked = shown_ && shown_->is_locked;
  if (status.is_locked && !was_locked) print("-- locked, holding --", Tone::normal);
  if (!status.is_locked && was_locked) print("-- unlocked --", Tone::normal);
  shown_ = status;
}

bool PlainScreen::flush() {
  std::string_view rest = waiting_;
  while (!rest.empty() && !is_closed_) {
    const auto written = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      is_closed_ = true;
    }
  }
  waiting_.clear();
  return true;
}

std::optional<Typed> PlainScreen::next_typed() {
  if (auto line = lines_.next_line()) return Typed{Typed::Kind::line, std::move(*line)};
  if (!lines_.is_at_end() || has_told_end_) return std::nullopt;
  has_told_end_ = true;
  return Typed{Typed::Kind::end, {}};
}

}  // namespace palabre::terminal
