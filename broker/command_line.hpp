#pragma once

#include <functional>
#include <variant>

#include "broker/config.hpp"

namespace palabre::broker {

/// What the command line of `palabred` asks for.
struct CommandLine {
  Sources sources;
  std::function<int(const Config&)> command;  ///< empty: to serve
};

/// Says what is wrong, or what was asked about the program itself, and answers the status to end with then.
[[nodiscard]] std::variant<CommandLine, int> read_command_line(int argc, char** argv);

}  // namespace palabre::broker
