#pragma once

#include <optional>
#include <string_view>

#include "schema/refusal.hpp"

/// What names, tokens and message texts may be (schema/README.md, section 2). Checked once, at the
/// rim.
namespace palabre {

[[nodiscard]] bool is_name(std::string_view text);
[[nodiscard]] bool is_token(std::string_view text);
[[nodiscard]] bool is_epoch(std::string_view text);

/// Nothing when `text` may be posted; else too_long or bad_text with the byte position of the first offence.
[[nodiscard]] std::optional<Refusal> refuse_text(std::string_view text);
/// As refuse_text, for why somebody was sent away: shorter, and may be empty.
[[nodiscard]] std::optional<Refusal> refuse_reason(std::string_view text);

}  // namespace palabre
