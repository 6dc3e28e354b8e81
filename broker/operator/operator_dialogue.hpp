#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "broker/domain/orders.hpp"

/// What `palabred ban` and its like say to the broker that serves the same data directory. Between programs
/// of one version on one machine, and no part of the protocol that clients speak:
///
///   request  one line of words with tabs between them: ban NAME REASON, unban NAME, add NAME KEY,
///            rebind NAME KEY, rename NAME NEW, list
///   answer   a line with `done` or `refused`, then the lines for people; it ends with the connection
namespace palabre::broker {

/// List the identities.
struct Listing {};
using OperatorRequest = std::variant<Listing, Order>;

struct OperatorAnswer {
  bool is_done = false;
  std::string text;  ///< lines for people, the last one without its end
};

/// With room for the longest request there is.
inline constexpr std::size_t kOperatorRequestBytesMax = 512;

/// What is wrong with a request that a person made, as a sentence; nothing when it may be sent.
[[nodiscard]] std::optional<std::string> objection_to(const OperatorRequest& request);

/// Without the end of the line.
[[nodiscard]] std::string text_of(const OperatorRequest& request);
/// Nothing when it is none, or objection_to() has something against it.
[[nodiscard]] std::optional<OperatorRequest> read_operator_request(std::string_view line);

[[nodiscard]] std::string text_of(const OperatorAnswer& answer);
/// Nothing when it broke off before its first line was complete.
[[nodiscard]] std::optional<OperatorAnswer> read_operator_answer(std::string_view text);

}  // namespace palabre::broker
