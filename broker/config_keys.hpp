#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "broker/config.hpp"

namespace palabre::broker {

/// What a value may be. An empty list of choices takes any text.
struct WholeNumber {
  std::uint64_t otherwise;  ///< the default
  std::uint64_t least;
  std::uint64_t most;
  void (*put)(Config&, std::uint64_t);
};
struct Word {
  std::string_view otherwise;  ///< the default
  std::span<const std::string_view> choices;
  void (*put)(Config&, std::string_view);
};

/// One key: the file, the environment and the command line all know it by this row alone.
struct Key {
  std::string_view name;  ///< as in the file: talk_port
  std::string_view unit;  ///< empty when the value has none
  std::string_view help;  ///< one line of the file, a sentence or three
  std::variant<WholeNumber, Word> kind;
};

/// The key table, in the order of conf/palabred.toml.
[[nodiscard]] std::span<const Key> keys();

[[nodiscard]] std::string default_of(const Key& key);      ///< as in the file, without quotes
[[nodiscard]] std::string flag_of(const Key& key);         ///< --talk-port
[[nodiscard]] std::string environment_of(const Key& key);  ///< PALABRED_TALK_PORT

}  // namespace palabre::broker
