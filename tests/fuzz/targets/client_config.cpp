#include "client/config.hpp"

#include "schema/room_names.hpp"
#include "schema/text.hpp"
#include "tests/fuzz/targets/input_file.hpp"

// The client's configuration file, with a profile and without.
void palabre::fuzz::take(std::string_view input) {
  const InputFile file(input);
  for (const auto& profile : {std::optional<std::string>{}, std::optional<std::string>{"work"}}) {
    const auto read = read_client_config({.flags = {},
                                          .environment = [](const std::string&) { return std::nullopt; },
                                          .file = file.path(),
                                          .profile = profile});
    if (const auto* error = std::get_if<ClientUsageError>(&read)) {
      demand(!error->sentence.empty(), "what is wrong is said");
      continue;
    }
    const auto& config = std::get<ClientConfig>(read);
    demand(is_room(config.room) && !config.server.empty(), "a configuration is complete");
    demand(config.name.empty() || is_name(config.name), "a name is one");
    demand(config.history <= 1000, "a number is within its limits");
  }
}
