#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace palabre {

/// How a file is read: all that is in it; nothing where it cannot be read, or is a folder.
using FileReading = std::function<std::optional<std::string>(const std::filesystem::path&)>;

/// From disk.
[[nodiscard]] std::optional<std::string> read_whole_file(const std::filesystem::path& path);

}  // namespace palabre
