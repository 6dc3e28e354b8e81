#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace palabre::broker {

/// How many threads of this process tools show under that name.
[[nodiscard]] inline std::size_t threads_named(std::string_view name) {
  std::size_t count = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string shown;
    // A thread may end while we look: then there is no line to read.
    if (std::getline(std::ifstream(task.path() / "comm"), shown) && shown == name) ++count;
  }
  return count;
}

}  // namespace palabre::broker
