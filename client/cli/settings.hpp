#pragma once

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
