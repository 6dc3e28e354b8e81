#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/keys.hpp"

namespace palabre {

/// What somebody needs to reach an encrypted broker, in one line to paste:
/// palabre://HOST:PORT#KEY, or palabre://HOST:PORT#KEY.CODE where newcomers need a code.
struct Invitation {
  std::string place;  ///< HOST:PORT
  CurveKey broker;    ///< its public key
  std::string code;   ///< empty: none
};

inline constexpr std::string_view kInvitationScheme = "palabre://";

[[nodiscard]] std::string text_of(const Invitation& invitation);
/// Nothing when `text` is no invitation. The place is not looked at.
[[nodiscard]] std::optional<Invitation> read_invitation(std::string_view text);

/// Where a broker leaves its invitation for clients on its own machine, and they look for it, the newest that
/// exists: /run/palabre, $XDG_RUNTIME_DIR/palabre, $XDG_STATE_HOME/palabre or ~/.local/state/palabre. Nobody
/// but the machine's administrator and the user can write there.
[[nodiscard]] std::vector<std::filesystem::path> local_invitation_files(std::uint16_t talk_port);

}  // namespace palabre
