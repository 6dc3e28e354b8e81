#include "schema/whole_file.hpp"

#include <fstream>
#include <iterator>
#include <system_error>

namespace palabre {

std::optional<std::string> read_whole_file(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (std::error_code ignored; !stream || std::filesystem::is_directory(path, ignored)) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

}  // namespace palabre
