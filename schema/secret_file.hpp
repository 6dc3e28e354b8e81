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

/// Adds a line at the end of a file of lines (0600, its folder 0700), which is made with `first_line` when
/// there is none. Of several programs that do so at once none loses a line. Throws std::runtime_error with a
/// sentence.
void append_line(const std::filesystem::path& path, const std::string& line, const std::string& first_line);

/// Writes a file whole or not at all, in the place of one that is there. Throws
/// std::runtime_error with a sentence.
void replace_file(const std::filesystem::path& path, const std::string& content,
                  FileReaders readers = FileReaders::owner);

}  // namespace palabre
