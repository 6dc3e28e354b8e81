#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "client/client.hpp"

namespace palabre::terminal {

enum class ScreenMode : std::uint8_t {
  line,   ///< output above an input line
  plain,  ///< one message a line, nothing redrawn
};

struct ChatOptions {
  ClientOptions client;
  std::string room;
  std::size_t history_lines = 20;
  std::filesystem::path read_marks = {};     ///< see read_marks.hpp; empty: nothing is kept
  std::function<void()> on_welcome = [] {};  ///< before anything is shown
  ScreenMode mode = ScreenMode::line;
  bool uses_colours = true;
};

/// Plain when that was asked for, when the terminal is "dumb", or when input or output is none.
[[nodiscard]] ScreenMode choose_mode(bool is_plain_wanted);
/// Not where NO_COLOR is set.
[[nodiscard]] bool may_use_colours();

/// Chats until the user leaves, and gives the status to end with. Input from a pipe is posted line by line;
/// at its end the chat waits until all is acknowledged.
[[nodiscard]] int run_chat(const ChatOptions& options);

}  // namespace palabre::terminal
