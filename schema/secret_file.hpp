#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace palabre {

/// The secret in a file of one line (mode 0600, its folder 0700), made by `make` at first use. Programs that
/// start at once get the same one. Throws std::runtime_error with a sentence when the file cannot be read or
/// made; what it holds is for the caller to check.
[[nodiscard]] std::string kept_secret(const std::filesystem::path& path,
                                      const std::function<std::string()>& make);

enum class FileReaders : std::uint8_t { owner, everybody };

/// Writes a file whole or not at all, in the place of one that is there. Throws
/// std::runtime_error with a sentence.
void replace_file(const std::filesystem::path& path, const std::string& content,
                  FileReaders readers = FileReaders::owner);

}  // namespace palabre
