#pragma once

#include <filesystem>
#include <string>

namespace palabre::broker {

/// The commands of an administrator beside serving. Each prints what it found and answers the program's
/// status: 0, or 1 for damage. They throw StoreUnusable with a sentence for people.

/// palabred check: looks through the whole store.
[[nodiscard]] int check(const std::filesystem::path& data_dir);
/// palabred backup: copies the store into a new file, while it is served or not, and checks the copy.
[[nodiscard]] int back_up(const std::filesystem::path& data_dir, const std::filesystem::path& to);
/// palabred restore: makes a backup the store of a data directory that has none.
[[nodiscard]] int restore(const std::filesystem::path& data_dir, const std::filesystem::path& from);
/// palabred repair: saves what can be saved into a new data directory.
[[nodiscard]] int repair(const std::filesystem::path& data_dir, const std::filesystem::path& to);

}  // namespace palabre::broker
