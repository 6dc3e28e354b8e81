#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace palabre::broker {

/// What was saved of a damaged store, and what was not.
struct RepairReport {
  std::uint64_t messages = 0;
  std::uint64_t rooms = 0;
  std::uint64_t clients = 0;
  std::vector<std::string> losses;  ///< one line each
};

/// Copies what can be read, and agrees with its checksums, from a store into a new one in the folder `to`,
/// which must be missing or empty. Order and times stay. Sequences and columns are numbered anew where
/// something is missing, so the new store begins a new epoch. Clients and rooms that cannot be read keep
/// their numbers under names like lost-7, to which nobody has a token or key, and lost/room-7. The store is
/// only read. Throws StoreUnusable.
[[nodiscard]] RepairReport repair_store(const std::filesystem::path& database,
                                        const std::filesystem::path& to);

}  // namespace palabre::broker
