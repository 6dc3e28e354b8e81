#include "client/config.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include "schema/room_names.hpp"
#include "schema/text.hpp"

namespace palabre {
namespace {

using Complaint = std::optional<std::string>;

constexpr std::size_t kHistoryMax = 1000;

Complaint put_server(ClientConfig& config, std::string_view value) {
  if (value.empty()) return "must be an address such as tcp://192.168.1.10:8420";
  config.server = value;
  return std::nullopt;
}

Complaint put_name(ClientConfig& config, std::string_view value) {
  if (!value.empty() && !is_name(value)) return "must have 2 to 24 of a-z 0-9 _ - and begin with a letter";
  config.name = value;
  return std::nullopt;
}

Complaint put_security(ClientConfig& config, std::string_view value) {
  if (value != "curve" && value != "open") return "must be \"curve\" or \"open\"";
  config.may_be_open = value == "open";
  return std::nullopt;
}

Complaint put_room(ClientConfig& config, std::string_view value) {
  if (!is_room(value))
    return "must be as tea, alice/tea or @bob: 1 to 32 of a-z 0-9 _ -, beginning with a letter or digit";
  config.room = value;
  return std::nullopt;
}

Complaint put_history(ClientConfig& config, std::string_view value) {
  std::size_t lines = 0;
  const auto* const end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, lines);
  if (error != std::errc{} || stop != end || lines > kHistoryMax)
    return "must be a whole number from 0 to 1000";
  config.history = lines;
  return std::nullopt;
}

constexpr std::array<ClientKey, 5> kKeys{{
    {"server", "tcp://127.0.0.1:8420", "",
     "The broker's talk address: an invitation, tcp://HOST:PORT, HOST:PORT or HOST.", false, put_server},
    {"name", "", "",
     "Who you are; the identity of that name is made at first use. Empty means your login name.", false,
     put_name},
    {"security", "curve", "",
     "curve: a broker on another machine must be one you were invited to. open: without encryption, too.",
     false, put_security},
    {"room", "lobby", "", "The room that verbs and the chat begin in.", false, put_room},
    {"history", "20", "lines", "What the chat shows of a room's past when you come in; 0 to 1000.", true,
     put_history},
}};

/// A configuration as it grows. Every value is put in with the place to name when it is wrong.
struct Reading {
  ClientConfig config;
  std::optional<ClientUsageError> error;  ///< the first one

  void take(const ClientKey& key, std::string_view value, const std::string& place) {
    if (auto complaint = key.put(config, value))
      fail(place + ": " + std::string(key.name) + " " + *complaint);
  }
  void fail(std::string sentence) {
    if (!error) error = ClientUsageError{std::move(sentence)};
  }
};

std::string place_of(const std::filesystem::path& file, const toml::source_region& region) {
  return file.string() + ':' + std::to_string(region.begin.line) + ':' + std::to_string(region.begin.column);
}

void take_node(Reading& reading, const ClientKey& key, const toml::node& node, const std::string& place) {
  if (key.is_number) {
    const auto number = node.value_exact<std::int64_t>();
    reading.take(key, number ? std::to_string(*number) : "", place);
  } else if (const auto text = node.value_exact<std::string>()) {
    reading.take(key, *text, place);
  } else {
    reading.fail(place + ": " + std::string(key.name) + " must be a text in quotes");
  }
}

void take_table(Reading& reading, const toml::table& table, const std::filesystem::path& file) {
  for (const auto& [name, node] : table) {
    if (name.str() == "profile") continue;
    const auto key = std::ranges::find(kKeys, name.str(), &ClientKey::name);
    if (key == kKeys.end()) {
      return reading.fail(place_of(file, name.source()) + ": unknown key " + std::string(name.str()));
    }
    take_node(reading, *key, node, place_of(file, node.source()));
  }
}

/// Every profile is checked, so that a misspelt key is found before the day it is used.
void take_profiles(Reading& reading, const toml::table& whole, const std::filesystem::path& file,
                   const std::optional<std::string>& wanted) {
  const auto* profiles = whole["profile"].as_table();
  if (whole.contains("profile") && profiles == nullptr)
    return reading.fail(file.string() + ": write [profile.NAME]");
  bool is_found = false;
  if (profiles != nullptr) {
    for (const auto& [name, node] : *profiles) {
      const auto* table = node.as_table();
      if (table == nullptr) return reading.fail(place_of(file, node.source()) + ": write [profile.NAME]");
      Reading apart;
      const bool is_wanted = wanted == name.str();
      take_table(is_wanted ? reading : apart, *table, file);
      if (apart.error) reading.fail(apart.error->sentence);
      is_found = is_found || is_wanted;
    }
  }
  if (wanted && !is_found) reading.fail(file.string() + ": there is no [profile." + *wanted + "]");
}

void take_file(Reading& reading, const ClientSources& sources) {
  const auto& file = *sources.file;
  const auto text = sources.read(file);
  if (!text) return reading.fail("cannot read the configuration file " + file.string());
  try {
    const toml::table whole = toml::parse(*text);
    take_table(reading, whole, file);
    take_profiles(reading, whole, file, sources.profile);
  } catch (const toml::parse_error& error) {
    reading.fail(place_of(file, error.source()) + ": " + std::string(error.description()));
  }
}

}  // namespace

std::span<const ClientKey> client_keys() { return kKeys; }

std::string environment_of(const ClientKey& key) {
  std::string variable = "PALABRE_";
  for (const char c : key.name) variable += static_cast<char>(c - 'a' + 'A');
  return variable;
}

std::variant<ClientConfig, ClientUsageError> read_client_config(const ClientSources& sources) {
  Reading reading;
  for (const auto& key : kKeys) reading.take(key, key.default_value, "default");
  if (sources.file) take_file(reading, sources);
  if (!sources.file && sources.profile) reading.fail("there is no configuration file to hold a profile");
  for (const auto& key : kKeys) {
    const auto variable = environment_of(key);
    if (const auto value = sources.environment(variable)) reading.take(key, *value, variable);
  }
  for (const auto& key : kKeys) {
    const auto flag = sources.flags.find(key.name);
    if (flag == sources.flags.end()) continue;
    if (auto complaint = key.put(reading.config, flag->second)) {
      reading.fail("--" + std::string(key.name) + " " + *complaint);
    }
  }
  if (reading.error) return *reading.error;
  return reading.config;
}

std::optional<std::filesystem::path> find_client_config() {
  std::array<std::filesystem::path, 2> places{"", "/etc/palabre/palabre.toml"};
  if (const auto config = client_environment("XDG_CONFIG_HOME")) {
    places[0] = std::filesystem::path(*config) / "palabre/palabre.toml";
  } else if (const auto home = client_environment("HOME")) {
    places[0] = std::filesystem::path(*home) / ".config/palabre/palabre.toml";
  }
  for (const auto& place : places) {
    std::error_code ignored;
    if (!place.empty() && std::filesystem::exists(place, ignored)) return place;
  }
  return std::nullopt;
}

std::optional<std::string> client_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

}  // namespace palabre
