#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include "client/cli/settings.hpp"

namespace palabre::cli {

/// Checks for flags, without the notes that CLI11 would add to their help.
[[nodiscard]] CLI::Validator positive();
[[nodiscard]] CLI::Validator not_negative();

/// The command line of `palabre`: the flags that all verbs share, and one verb chosen by name. Every way of
/// using it wrongly ends with status 2.
class Program {
 public:
  using Verb = std::function<int(const Settings&)>;

  Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// The returned App takes the verb's own flags; they may be used until run() returns.
  CLI::App& add_verb(const std::string& name, const std::string& about, Verb run);
  /// -r/--room for a verb that works in one room.
  void add_room_flag(CLI::App& verb);
  /// Takes the server as an argument, too: what somebody pastes who was invited.
  void add_server_argument(CLI::App& verb);

  /// Parses, runs the verb and gives the status to end with.
  [[nodiscard]] int run(int argc, char** argv);

 private:
  [[nodiscard]] int run_verb();
  [[nodiscard]] std::variant<Settings, ClientUsageError> read_settings() const;

  CLI::App app_;
  std::map<std::string, std::string, std::less<>> flags_;  ///< by the name of their key
  std::optional<std::string> file_;
  std::optional<std::string> profile_;
  Verb chosen_;
};

}  // namespace palabre::cli
