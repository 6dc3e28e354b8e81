#include "broker/config.hpp"

#include <toml++/toml.h>
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <set>

#include "broker/config_keys.hpp"
#include "broker/reach.hpp"

namespace palabre::broker {
namespace {

std::string joined(std::span<const std::string_view> words) {
  std::string all;
  for (const auto word : words) {
    if (!all.empty()) all += word == words.back() ? " or " : ", ";
    all += '"' + std::string(word) + '"';
  }
  return all;
}

/// Puts a value given as text into the configuration; else a sentence that names the key and what it takes.
std::optional<std::string> put(Config& config, const Key& key, std::string_view value) {
  const std::string name(key.name);
  if (const auto* word = std::get_if<Word>(&key.kind)) {
    if (!word->choices.empty() && std::ranges::find(word->choices, value) == word->choices.end()) {
      return name + " must be " + joined(word->choices);
    }
    word->put(config, value);
    return std::nullopt;
  }
  const auto& range = std::get<WholeNumber>(key.kind);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  const bool is_number = error == std::errc{} && end == value.data() + value.size();
  if (!is_number || number < range.least || number > range.most) {
    return name + " must be a whole number from " + std::to_string(range.least) + " to " +
           std::to_string(range.most);
  }
  range.put(config, number);
  return std::nullopt;
}

/// A configuration as it grows. Every value is put in with the place to name when it is wrong.
struct Reading {
  Config config;
  std::set<std::string_view> given;
  std::optional<UsageError> error;  ///< the first one

  void take(const Key& key, std::string_view value, const std::string& place) {
    given.insert(key.name);
    if (auto sentence = put(config, key, value)) fail(place + ": " + *sentence);
  }
  void fail(std::string sentence) {
    if (!error) error = UsageError{std::move(sentence)};
  }
};

Config defaults() {
  Config config;
  for (const auto& key : keys()) put(config, key, default_of(key));
  return config;
}

std::string place_of(const std::filesystem::path& file, const toml::source_region& region) {
  return file.string() + ':' + std::to_string(region.begin.line) + ':' + std::to_string(region.begin.column);
}

void take_node(Reading& reading, const Key& key, const toml::node& node, const std::string& place) {
  if (std::holds_alternative<WholeNumber>(key.kind)) {
    const auto number = node.value_exact<std::int64_t>();
    reading.take(key, number ? std::to_string(*number) : "", place);
  } else if (const auto word = node.value_exact<std::string>()) {
    reading.take(key, *word, place);
  } else {
    reading.fail(place + ": " + std::string(key.name) + " must be a text in quotes");
  }
}

void take_file(Reading& reading, const Sources& sources) {
  const auto& file = *sources.file;
  const auto text = sources.read(file);
  if (!text) return reading.fail("cannot read the configuration file " + file.string());
  try {
    for (const toml::table table = toml::parse(*text); const auto& [name, node] : table) {
      const auto place = place_of(file, name.source());
      const auto key = std::ranges::find(keys(), name.str(), &Key::name);
      if (key == keys().end()) return reading.fail(place + ": unknown key " + std::string(name.str()));
      take_node(reading, *key, node, place_of(file, node.source()));
    }
  } catch (const toml::parse_error& error) {
    reading.fail(place_of(file, error.source()) + ": " + std::string(error.description()));
  }
}

/// Empty when neither variable is there to say where a user keeps state.
std::filesystem::path default_data_dir(const Sources& sources) {
  if (const auto state = sources.environment("XDG_STATE_HOME"))
    return std::filesystem::path(*state) / "palabre";
  if (const auto home = sources.environment("HOME"))
    return std::filesystem::path(*home) / ".local/state/palabre";
  return {};
}

/// What no single key can tell.
void check_together(Reading& reading) {
  const Config& config = reading.config;
  if (config.data_dir.empty()) reading.fail("data_dir must be given: neither XDG_STATE_HOME nor HOME is set");
  if (config.registration == Registration::invite && config.security == Security::open) {
    reading.fail("registration = \"invite\" needs security = \"curve\": invitations name the broker's key");
  }
  if (reach_of(config.bind) == Reach::not_an_address) {
    reading.fail("bind must be a numeric address such as 127.0.0.1, 192.168.1.10, 0.0.0.0 or ::1");
  }
  if (config.talk_port == config.feed_port && config.talk_port != 0) {
    reading.fail("talk_port and feed_port must differ");
  }
}

}  // namespace

bool is_open_to_network(const Config& config) {
  return config.security == Security::open && reach_of(config.bind) == Reach::network;
}

std::optional<std::string> process_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

std::variant<Config, UsageError> read_config(const Sources& sources) {
  Reading reading{.config = defaults(), .given = {}, .error = {}};
  if (sources.file) take_file(reading, sources);
  for (const auto& key : keys()) {
    const auto variable = environment_of(key);
    if (const auto value = sources.environment(variable)) reading.take(key, *value, variable);
  }
  for (const auto& key : keys()) {
    if (const auto flag = sources.flags.find(key.name); flag != sources.flags.end()) {
      reading.take(key, flag->second, flag_of(key));
    }
  }
  if (reading.config.data_dir.empty()) reading.config.data_dir = default_data_dir(sources);
  check_together(reading);
  if (reading.error) return *reading.error;
  return reading.config;
}

}  // namespace palabre::broker
