#pragma once

#include <filesystem>
#include <stdexcept>

namespace palabre::broker {

/// The broker cannot start on this store. what() is one sentence for people that names the place.
class StoreUnusable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A new name in a folder survives a power cut only after the folder itself is flushed. Throws StoreUnusable.
void flush_directory(const std::filesystem::path& directory);

/// Where the store of a data directory is.
[[nodiscard]] inline std::filesystem::path database_in(const std::filesystem::path& directory) {
  return directory / "palabre.sqlite3";
}

/// The folder that holds the store, made (0700) when it is missing and locked against a second broker for as
/// long as this object lives. The database file in it exists afterwards, readable by its owner only. Made by
/// `main`'s thread before the journal, gone after the archive.
class DataDirectory {
 public:
  /// Throws StoreUnusable.
  explicit DataDirectory(const std::filesystem::path& path);
  ~DataDirectory();
  DataDirectory(const DataDirectory&) = delete;
  DataDirectory& operator=(const DataDirectory&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path database_path() const { return database_in(path_); }

 private:
  std::filesystem::path path_;
  int lock_;  ///< descriptor of the locked file; the system unlocks it when the process ends, however it ends
};

}  // namespace palabre::broker
