#pragma once

#include <string>

#include "client/config.hpp"

namespace palabre::cli {

/// What every verb starts with: configuration, environment and flags, put together and checked.
struct Settings {
  std::string talk_address;  ///< tcp://HOST:PORT
  ClientConfig config;       ///< with a name that is not empty
};

}  // namespace palabre::cli
