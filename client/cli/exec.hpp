#pragma once

#include <string>

#include "client/events.hpp"

namespace palabre::cli {

/// Runs `command` by /bin/sh and waits for it. The message is handed over in the variables
/// PALABRE_MESSAGE_ROOM, _SEQUENCE, _EPOCH, _CLIENT, _NAME, _COLUMN, _AT, _TEXT, _REPLAY and its text on
/// standard input; never in the command itself. Gives the command's status, or -1 with errno when it could
/// not be started.
[[nodiscard]] int run_command(const std::string& command, const event::Message& message);

}  // namespace palabre::cli
