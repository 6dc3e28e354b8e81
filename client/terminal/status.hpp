#pragma once

#include <cstddef>
#include <string>

#include "client/display_gate.hpp"
#include "client/events.hpp"

namespace palabre::terminal {

/// What the user must be able to see at any moment.
struct Status {
  std::string room;
  bool is_locked = false;
  DisplayGate::Count held{};
  event::LinkState link = event::LinkState::connected;
  std::size_t unknown = 0;  ///< posts that wait for an answer for longer than usual

  friend bool operator==(const Status&, const Status&) = default;
};

/// "LOCK 37", "LOCK 37 (2 to you)".
[[nodiscard]] std::string lock_text(const DisplayGate::Count& held);

/// "lobby> ", "lobby LOCK 37 (2 to you)> ", "lobby, offline, 2 unknown> ". Printable ASCII.
[[nodiscard]] std::string prompt_text(const Status& status);

}  // namespace palabre::terminal
