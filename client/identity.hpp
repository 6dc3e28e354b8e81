#pragma once

#include <filesystem>
#include <string>
#include <string_view>

/// Who this user is: a name, and the secrets that prove it to brokers.
namespace palabre {

/// Where tokens and keys are kept: $XDG_DATA_HOME/palabre/identities or ~/.local/share/palabre/identities.
/// Empty when neither variable is there.
[[nodiscard]] std::filesystem::path identities_directory();

/// The token of `name`, kept in `directory`/NAME.token (mode 0600, the directory 0700) and made at first use
/// from the system's randomness. Programs that start at once get the same one. Requires a name as in
/// schema/text.hpp. Throws std::runtime_error with a sentence when the file cannot be made or holds no token.
[[nodiscard]] std::string identity_token(const std::filesystem::path& directory, const std::string& name);

/// The secret key of `name` as text, kept in `directory`/NAME.key in the same way: what proves it where the
/// connection is encrypted. Throws as identity_token().
[[nodiscard]] std::string identity_key(const std::filesystem::path& directory, const std::string& name);

/// A login name turned into what a name may be: "Zoë Q" becomes "zo---q".
[[nodiscard]] std::string name_from_login(std::string_view login);

/// name_from_login() for the user who runs this program.
[[nodiscard]] std::string login_name();

}  // namespace palabre
