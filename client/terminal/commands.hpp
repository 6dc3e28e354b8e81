#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace palabre::terminal {

class Chat;

/// A command of the chat. The table is all that /help, Tab and the chat itself know about commands.
struct Command {
  std::string_view name;       ///< without the slash, lower case
  std::string_view arguments;  ///< as /help shows them; empty: takes none
  std::string_view about;      ///< one line
  std::string_view example;    ///< a whole line to type
  void (Chat::*run)(const std::string& argument);
};

/// In the order of /help.
[[nodiscard]] std::span<const Command> commands();
/// In any case; nullptr when there is none.
[[nodiscard]] const Command* find_command(std::string_view name);

/// What a typed line asks for.
struct Say {
  std::string text;
};
struct RunCommand {
  const Command* command;
  std::string argument;  ///< without spaces around it
};
struct UnknownCommand {
  std::string name;
};
struct Nothing {};
using TypedRequest = std::variant<Nothing, Say, RunCommand, UnknownCommand>;

/// "/name argument" is a command, "//text" says "/text"; a blank line asks for nothing.
[[nodiscard]] TypedRequest read_typed(std::string_view line);

}  // namespace palabre::terminal
