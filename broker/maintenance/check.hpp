#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace palabre::broker {

/// What a look through a whole store found.
struct StoreReport {
  std::uint64_t messages = 0;
  std::uint64_t rooms = 0;
  std::uint64_t clients = 0;
  std::vector<std::string> damages;     ///< one line each, the first hundred
  std::uint64_t damages_not_named = 0;  ///< beyond those

  [[nodiscard]] bool is_sound() const { return damages.empty(); }
};

/// Reads every page and every message: SQLite's own structure; checksums; timelines 1, 2, 3 … whose times do
/// not decrease; rows 1, 2, 3 … that their index knows; ids, members and names that belong to somebody.
/// Changes nothing, and may run while a broker serves the store. Throws StoreUnusable for what is no store.
[[nodiscard]] StoreReport check_store(const std::filesystem::path& database);

}  // namespace palabre::broker
