#pragma once

#include <filesystem>

namespace palabre::broker {

/// Copies a store as it is at this moment, while a broker may be serving it, into the new file `to`, and
/// flushes it. Throws StoreUnusable; what was begun of the file is removed then.
void back_up_store(const std::filesystem::path& database, const std::filesystem::path& to);

/// Puts a backup into the folder `data`, which must hold no store yet, and begins a new epoch: whoever knows
/// later messages of the old one is told, instead of taking new ones for them. Throws StoreUnusable.
void restore_store(const std::filesystem::path& backup, const std::filesystem::path& data);

}  // namespace palabre::broker
