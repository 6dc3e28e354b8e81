#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "schema/whole_file.hpp"

namespace palabre {

/// What the program `palabre` is told about its user's habits, checked and complete. The defaults stand in
/// client_keys().
struct ClientConfig {
  std::string server;  ///< as typed; client/server_address.hpp reads it
  std::string name;    ///< empty: the login name
  /// Whether brokers on other machines are spoken to without encryption, too, where their key is not known.
  bool may_be_open = false;
  std::string room;         ///< a room as in schema/room_names.hpp
  std::size_t history = 0;  ///< lines of history that a chat begins with
};

/// One key: file, environment and command line know it by this row alone.
struct ClientKey {
  std::string_view name;           ///< as in the file: server
  std::string_view default_value;  ///< as in the file, without quotes
  std::string_view unit;           ///< empty when the value has none
  std::string_view help;           ///< one line
  bool is_number = false;
  /// Puts a value given as text in its place; else says what it must be.
  std::optional<std::string> (*put)(ClientConfig&, std::string_view value);
};

/// The key table, in the order of conf/palabre.toml.
[[nodiscard]] std::span<const ClientKey> client_keys();
[[nodiscard]] std::string environment_of(const ClientKey& key);  ///< PALABRE_SERVER

/// Where values come from. A flag wins over the environment, that over the profile, that over the file's
/// other keys, those over the default.
struct ClientSources {
  std::map<std::string, std::string, std::less<>> flags;  ///< key name → value, only those given
  std::function<std::optional<std::string>(const std::string&)> environment;
  std::optional<std::filesystem::path> file;
  std::optional<std::string> profile;  ///< the table [profile.NAME] of the file
  FileReading read = read_whole_file;
};

/// The user asked for something that cannot be: one line that says what and where. Status 2.
struct ClientUsageError {
  std::string sentence;
};

/// Requires that `sources.flags` holds names of client_keys() only.
[[nodiscard]] std::variant<ClientConfig, ClientUsageError> read_client_config(const ClientSources& sources);

/// $XDG_CONFIG_HOME/palabre/palabre.toml (or ~/.config/…), else /etc/palabre/palabre.toml: the first that
/// exists.
[[nodiscard]] std::optional<std::filesystem::path> find_client_config();

/// The variables of this process; an empty one counts as absent.
[[nodiscard]] std::optional<std::string> client_environment(const std::string& name);

}  // namespace palabre
