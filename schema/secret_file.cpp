#include "schema/secret_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <system_error>

#include "schema/keys.hpp"

namespace palabre {
namespace {

namespace fs = std::filesystem;

std::runtime_error failure(std::string_view what, const fs::path& path) {
  return std::runtime_error("cannot " + std::string(what) + " " + path.string() + ": " +
                            std::generic_category().message(errno));
}

/// Nothing when there is no such file.
std::optional<std::string> first_line(const fs::path& path) {
  errno = 0;
  std::ifstream file(path);
  if (!file) {
    if (errno == ENOENT) return std::nullopt;
    throw failure("read", path);
  }
  std::string line;
  std::getline(file, line);
  return line;
}

void write_new_file(const fs::path& path, const std::string& content, FileReaders readers) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) throw failure("make", path);
  const auto written = ::write(descriptor, content.data(), content.size());
  const bool is_shown = readers == FileReaders::owner || ::fchmod(descriptor, 0644) == 0;
  const bool is_flushed =
      is_shown && written == static_cast<ssize_t>(content.size()) && ::fsync(descriptor) == 0;
  if (::close(descriptor) != 0 || !is_flushed) {
    const auto error = failure("write", path);
    ::unlink(path.c_str());
    throw error;
  }
}

void make_directory(const fs::path& directory) {
  fs::create_directories(directory.parent_path());
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) throw failure("make", directory);
}

/// A name beside `path` that nobody else uses, with the content in it.
fs::path draft(const fs::path& path, const std::string& content, FileReaders readers) {
  auto name = path;
  name += "." + to_base64(make_key_pair().open.substr(0, 12));
  write_new_file(name, content, readers);
  return name;
}

/// A link is made whole or not at all, and never over an existing file: the first of several programs wins.
void make_file(const fs::path& path, const std::string& content) {
  const auto drafted = draft(path, content, FileReaders::owner);
  const int linked = ::link(drafted.c_str(), path.c_str());
  const int error = errno;
  ::unlink(drafted.c_str());
  errno = error;
  if (linked != 0 && error != EEXIST) throw failure("make", path);
}

/// Whether the file is empty, or its last line has an end.
bool ends_a_line(int descriptor) {
  const auto size = ::lseek(descriptor, 0, SEEK_END);
  char last = 0;
  return size <= 0 || (::pread(descriptor, &last, 1, size - 1) == 1 && last == '\n');
}

}  // namespace

std::string kept_secret(const fs::path& path, const std::function<std::string()>& make) {
  if (auto secret = first_line(path)) return *secret;
  make_directory(path.parent_path());
  make_file(path, make() + "\n");
  if (auto secret = first_line(path)) return *secret;
  throw std::runtime_error(path.string() + " vanished while it was made");
}

void append_line(const fs::path& path, const std::string& line, const std::string& first_line) {
  make_directory(path.parent_path());
  if (!fs::exists(path)) make_file(path, first_line + "\n");
  const int descriptor = ::open(path.c_str(), O_RDWR | O_APPEND | O_CLOEXEC);
  if (descriptor < 0) throw failure("write", path);
  const auto content = (ends_a_line(descriptor) ? "" : "\n") + line + "\n";
  // In one piece, which the kernel puts behind whatever is there by then.
  const auto written = ::write(descriptor, content.data(), content.size());
  const bool is_flushed = written == static_cast<ssize_t>(content.size()) && ::fsync(descriptor) == 0;
  if (::close(descriptor) != 0 || !is_flushed) throw failure("write", path);
}

void replace_file(const fs::path& path, const std::string& content, FileReaders readers) {
  make_directory(path.parent_path());
  const auto drafted = draft(path, content, readers);
  if (::rename(drafted.c_str(), path.c_str()) == 0) return;
  const auto error = failure("write", path);
  ::unlink(drafted.c_str());
  throw error;
}

}  // namespace palabre
