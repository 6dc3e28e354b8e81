#pragma once

#include <cstdint>
#include <memory>

#include "broker/domain/durability.hpp"
#include "broker/domain/ports.hpp"
#include "broker/journal/data_directory.hpp"

namespace palabre::broker {

struct JournalOptions {
  Durability durability = Durability::disk;
  std::uint32_t pages_max = 0;  ///< how many pages the database may grow to before it is full; 0: no bound
  /// From so many pages on (of 4 KiB) the log is copied into the database after a commit. Nobody's message is
  /// told meanwhile: at 4,000 pages one delivery in a hundred came 9 to 17 ms late, at 1,000 7 to 9 ms, and
  /// the rate was the same.
  int log_pages = 1000;
};

/// Opens the store in `directory`, which it makes or migrates as needed, and answers the only connection that
/// writes and checkpoints it. Made on `main`'s thread, then used by the recorder's alone. Throws
/// StoreUnusable.
[[nodiscard]] std::unique_ptr<Journal> open_journal(const DataDirectory& directory,
                                                    JournalOptions options = {});

}  // namespace palabre::broker
