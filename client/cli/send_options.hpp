#pragma once

#include <optional>
#include <string>
#include <vector>

namespace palabre::cli {

/// The flags of `send`.
struct SendOptions {
  std::vector<std::string> words;
  bool posts_lines = false;
  bool prints_json = false;
  std::optional<double> timeout;
  std::string outbox;  ///< a file; empty: none
};

}  // namespace palabre::cli
