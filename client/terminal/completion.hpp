#pragma once

#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace palabre::terminal {

/// What Tab may complete: names by who spoke last, rooms and commands. Pure.
class Completion {
 public:
  void heard(const std::string& name);
  void knows_room(const std::string& room);
  void room_renamed(const std::string& before, const std::string& now);

  /// What the word that begins at `start` of `line` may become, the likeliest first.
  [[nodiscard]] std::vector<std::string> candidates(std::string_view line, std::size_t start) const;

 private:
  static constexpr std::size_t kNamesMax = 200;

  std::deque<std::string> names_;  ///< who spoke last first
  std::set<std::string> rooms_;
};

}  // namespace palabre::terminal
