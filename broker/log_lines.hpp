#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "schema/ids.hpp"

/// How the broker's log reads: one line for each thing that happened, whatever words of others are in it.
/// What people said, tokens and keys are never in it.
namespace palabre::broker {

enum class LogLevel : std::uint8_t { debug, info, warning, error, critical };

[[nodiscard]] std::string_view name_of(LogLevel level);

struct LogEntry {
  using Value = std::variant<std::string, std::uint64_t>;

  LogLevel level = LogLevel::info;
  std::string_view event;  ///< what happened, a word for programs; a literal
  std::string message;     ///< the same for people
  std::vector<std::pair<std::string_view, Value>> fields = {};  ///< its parts, for programs
};

/// `palabred: LEVEL: MESSAGE`. What is no visible character is written as \n, \t, \xHH (a byte) or \u{H} (a
/// code point), and a backslash twice.
[[nodiscard]] std::string text_line(const LogEntry& entry);
/// An object of time (RFC 3339, UTC), level, event, message and the fields, in ASCII alone.
[[nodiscard]] std::string json_line(const LogEntry& entry, TimeMs at);

}  // namespace palabre::broker
