#include "client/terminal/plain_screen.hpp"

namespace palabre::terminal {

void PlainScreen::show(const Status& status) {
  const bool was_locked = shown_ && shown_->is_locked;
  if (status.is_locked && !was_locked) print("-- locked, holding --", Tone::normal);
  if (!status.is_locked && was_locked) print("-- unlocked --", Tone::normal);
  shown_ = status;
}

std::optional<Typed> PlainScreen::next_typed() {
  if (auto line = lines_.next_line()) return Typed{Typed::Kind::line, std::move(*line)};
  if (!lines_.is_at_end() || has_told_end_) return std::nullopt;
  has_told_end_ = true;
  return Typed{Typed::Kind::end, {}};
}

}  // namespace palabre::terminal
