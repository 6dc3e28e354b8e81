#include "client/config.hpp"

#include "schema/room_names.hpp"
#include "schema/text.hpp"
#include "tests/fuzz/targets/target.hpp"

// The client's configuration file; the first byte says whether a profile of it is asked for.
void palabre::fuzz::take(std::string_view input) {
  if (input.empty()) return;
  const auto profile = input[0] % 2 == 0 ? std::optional<std::string>("work") : std::nullopt;
  const auto text = input.substr(1);
  const auto read = read_client_config({.flags = {},
                                        .environment = [](const std::string&) { return std::nullopt; },
                                        .file = "input",
                                        .profile = profile,
                                        .read = [text](const auto&) { return std::string(text); }});
  if (const auto* error = std::get_if<ClientUsageError>(&read)) {
    demand(!error->sentence.empty(), "what is wrong is said");
    return;
  }
  const auto& config = std::get<ClientConfig>(read);
  demand(is_room(config.room) && !config.server.empty(), "a configuration is complete");
  demand(config.name.empty() || is_name(config.name), "a name is one");
  demand(config.history <= 1000, "a number is within its limits");
}
