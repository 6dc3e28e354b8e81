#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "client/cli/connection.hpp"
#include "schema/ids.hpp"

/// Where in a room's past a reader begins.
namespace palabre::cli {

/// So long before now, by the broker's clock.
using Age = std::chrono::milliseconds;
using Since = std::variant<Sequence, Age>;

/// Reads "all", a sequence such as "17", or an age such as "90s", "10m", "2h", "3d".
[[nodiscard]] std::optional<Since> read_since(std::string_view text);

/// For CLI11: empty when read_since() takes the text, else a sentence.
[[nodiscard]] std::string complain_about_since(const std::string& text);

/// The sequence to begin with: one past the room's head when nothing is so young.
[[nodiscard]] Answer<Sequence> first_sequence(Connection& connection, const std::string& room,
                                              const Since& since, std::chrono::milliseconds timeout);

}  // namespace palabre::cli
