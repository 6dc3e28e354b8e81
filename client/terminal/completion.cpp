#include "client/terminal/completion.hpp"

#include <algorithm>

#include "client/terminal/commands.hpp"
#include "schema/text.hpp"

namespace palabre::terminal {

void Completion::heard(const std::string& name) {
  if (!is_name(name)) return;  // Tab would put it on the screen as it is
  if (!names_.empty() && names_.front() == name) return;
  const auto known = std::ranges::find(names_, name);
  if (known != names_.end()) names_.erase(known);
  names_.push_front(name);
  if (names_.size() > kNamesMax) names_.pop_back();
}

void Completion::knows_room(const std::string& room) { rooms_.insert(room); }

void Completion::room_renamed(const std::string& before, const std::string& now) {
  rooms_.erase(before);
  rooms_.insert(now);
}

std::vector<std::string> Completion::candidates(std::string_view line, std::size_t start) const {
  const auto word = line.substr(std::min(start, line.size()));
  std::vector<std::string> found;
  const auto offer = [&](const std::string& candidate) {
    if (candidate.starts_with(word)) found.push_back(candidate);
  };
  const auto before = line.substr(0, start);
  if (before.empty() && word.starts_with('/')) {
    for (const auto& command : commands()) offer("/" + std::string(command.name));
  } else if (before == "/join " || before == "/leave " || before == "/who ") {
    for (const auto& room : rooms_) offer(room);
  } else if (before == "/help ") {
    for (const auto& command : commands()) offer(std::string(command.name));
  } else {
    for (const auto& name : names_) offer(name);
  }
  return found;
}

}  // namespace palabre::terminal
