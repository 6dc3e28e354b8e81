#pragma once

#include <optional>
#include <string>

#include "client/client.hpp"
#include "client/config.hpp"
#include "client/identity.hpp"
#include "client/known_brokers.hpp"

namespace palabre::cli {

/// What every verb starts with: configuration, environment and flags, put together and checked.
struct Settings {
  Trusted server;
  ClientConfig config;  ///< with a name that is not empty
};

/// Why this broker may not be spoken to, one sentence, if so: nothing would be encrypted, and it is on
/// another machine.
[[nodiscard]] inline std::optional<std::string> refuse_server(const Settings& settings) {
  const auto& [server, address, origin, to_remember] = settings.server;
  if (!origin.empty() || settings.config.may_be_open || is_on_this_machine(address)) return std::nullopt;
  return "the key of " + address +
         " is not known: begin with the invitation that palabred prints, or say --security open to talk "
         "without encryption";
}

/// How the library is told of them. Makes the identity's secrets at first use; throws std::runtime_error with
/// a sentence.
[[nodiscard]] inline ClientOptions client_options(const Settings& settings) {
  const auto& name = settings.config.name;
  const auto directory = identities_directory();
  return {.server = settings.server.server,
          .name = name,
          .token = identity_token(directory, name),
          .secret_key = settings.server.origin.empty() ? "" : identity_key(directory, name),
          .broker_key_origin = settings.server.origin};
}

}  // namespace palabre::cli
