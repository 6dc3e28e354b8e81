#include "broker/config.hpp"

#include "tests/fuzz/targets/target.hpp"

// The broker's configuration file.
void palabre::fuzz::take(std::string_view input) {
  const auto environment = [](const std::string& name) {
    return name == "HOME" ? std::optional<std::string>("/home/alice") : std::nullopt;
  };
  const auto read = broker::read_config(
      {.flags = {}, .environment = environment, .file = "input", .read = [input](const auto&) {
         return std::string(input);
       }});
  if (const auto* error = std::get_if<broker::UsageError>(&read)) {
    demand(!error->sentence.empty(), "what is wrong is said");
    return;
  }
  const auto& config = std::get<broker::Config>(read);
  demand(!config.data_dir.empty() && !config.bind.empty(), "a configuration is complete");
  demand(config.mailbox > 0 && config.recorder_queue > 0 && config.publisher_queue > 0, "queues have bounds");
}
