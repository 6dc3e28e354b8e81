#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "broker/domain/durability.hpp"
#include "broker/domain/registration.hpp"
#include "schema/whole_file.hpp"

namespace palabre::broker {

enum class Security : std::uint8_t { open, curve };

/// What a broker is started with, checked and complete. The members are filled from keys(), which has the
/// defaults.
struct Config {
  std::filesystem::path data_dir;
  std::string bind;  ///< a numeric IPv4 or IPv6 address, without brackets
  std::uint16_t talk_port = 0;
  std::uint16_t feed_port = 0;
  Security security = Security::curve;
  Registration registration = Registration::anyone;
  Durability durability = Durability::disk;
  std::uint64_t heartbeat_ms = 0;
  std::size_t mailbox = 0;
  std::size_t greeter_queue = 0;
  std::size_t recorder_queue = 0;
  std::size_t publisher_queue = 0;
  std::size_t router_outbox = 0;
  std::size_t feed_high_water_mark = 0;
  std::size_t sessions_max = 0;
  std::size_t messages_per_second = 0;
  std::size_t spare_messages_per_second = 0;
  std::size_t changes_per_second = 0;
  std::size_t reads_per_second = 0;
  std::string bots;
  std::size_t connections_per_identity = 0;
  std::size_t connections_per_address = 0;
  std::size_t connections_per_local_address = 0;
  std::size_t unread_bytes = 0;
  std::size_t unread_reply_bytes = 0;
  std::size_t mailbox_bytes = 0;
  std::size_t subscription_bytes = 0;
  std::size_t readers = 0;
  std::size_t reading_queue = 0;
  std::uint64_t memory_max_bytes = 0;
  std::uint64_t memory_max_percent = 0;
  std::string log_level;
  std::string log_format;  ///< text or json
};

/// Whether other machines can reach the broker, and nothing is encrypted.
[[nodiscard]] bool is_open_to_network(const Config& config);

/// Where values come from. A flag wins over the environment, that over the file, that over the default.
struct Sources {
  std::map<std::string, std::string, std::less<>> flags;  ///< key name → value, only those given
  std::function<std::optional<std::string>(const std::string&)> environment;
  std::optional<std::filesystem::path> file;
  FileReading read = read_whole_file;
};

/// The variables of this process; an empty one counts as absent.
[[nodiscard]] std::optional<std::string> process_environment(const std::string& name);

/// The user asked for something that cannot be: one line that says what and where. The program ends with
/// status 2.
struct UsageError {
  std::string sentence;
};

/// Requires that `sources.flags` holds names of keys() only.
[[nodiscard]] std::variant<Config, UsageError> read_config(const Sources& sources);

}  // namespace palabre::broker
