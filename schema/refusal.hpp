#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schema/ids.hpp"

namespace palabre {

/// Why a request is refused: the closed list of schema/README.md, section 8. The values are the wire's codes.
enum class RefusalCode : std::uint8_t {
  malformed = 1,
  unknown_request,
  version,
  hello_first,
  bad_name,
  bad_token,
  wrong_token,
  bad_room,
  no_such_room,
  not_a_member,
  bad_text,
  too_long,
  too_many,
  out_of_order,
  id_reused,
  no_such_client,
  not_allowed,
  busy,
  storage_full,
  stopping,
  store_damaged,
  wrong_key,
  not_registered,
  muted,
  too_fast,
  banned,
};

inline constexpr std::uint64_t kRefusalCodeMax = static_cast<std::uint64_t>(RefusalCode::banned);

/// A request was understood to be one, and is not granted. `text` is a sentence for people.
struct Refusal {
  RefusalCode code = RefusalCode::malformed;
  std::string text;
  std::optional<std::uint64_t> retry_after_ms;  ///< present where trying again helps
  std::optional<Counter> expected;  ///< the counter that is due, with out_of_order, or when some is stored

  friend bool operator==(const Refusal&, const Refusal&) = default;
};

/// The wire's name of a code, such as "hello_first".
[[nodiscard]] std::string_view name_of(RefusalCode code);

/// A refusal with the code's usual sentence and, for busy, storage_full, stopping and too_fast, its
/// usual retry_after.
[[nodiscard]] Refusal refuse(RefusalCode code);
[[nodiscard]] Refusal refuse(RefusalCode code, std::string text);

}  // namespace palabre
