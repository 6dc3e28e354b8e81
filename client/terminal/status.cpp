#include "client/terminal/status.hpp"

namespace palabre::terminal {

std::string lock_text(const DisplayGate::Count& held) {
  std::string text = "LOCK " + std::to_string(held.total);
  if (held.to_you > 0) text += " (" + std::to_string(held.to_you) + " to you)";
  return text;
}

std::string prompt_text(const Status& status) {
  std::string prompt = status.room;
  if (status.is_locked) prompt += " " + lock_text(status.held);
  if (status.link != event::LinkState::connected) prompt += ", offline";
  if (status.unknown > 0) prompt += ", " + std::to_string(status.unknown) + " unknown";
  return prompt + "> ";
}

}  // namespace palabre::terminal
