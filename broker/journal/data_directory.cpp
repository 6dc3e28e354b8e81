#include "broker/journal/data_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace palabre::broker {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kOwnerOnlyDirectory = 0700;
constexpr mode_t kOwnerOnlyFile = 0600;

[[noreturn]] void refuse_directory(const fs::path& directory, int error) {
  throw StoreUnusable("cannot use the data directory " + directory.string() + ": " +
                      std::generic_category().message(error));
}

fs::path made_directory(const fs::path& given) {
  const fs::path directory = fs::absolute(given).lexically_normal();
  std::error_code error;
  fs::create_directories(directory.parent_path(), error);
  if (error) refuse_directory(directory, error.value());
  if (::mkdir(directory.c_str(), kOwnerOnlyDirectory) == 0) {
    flush_directory(directory.parent_path());
  } else if (errno != EEXIST || !fs::is_directory(directory, error)) {
    refuse_directory(directory, errno);
  }
  return directory;
}

int open_or_create(const fs::path& file) {
  return ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnerOnlyFile);
}

int locked_file(const fs::path& directory) {
  const int descriptor = open_or_create(directory / "palabre.lock");
  if (descriptor < 0) refuse_directory(directory, errno);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return descriptor;
  const int error = errno;
  ::close(descriptor);
  if (error != EWOULDBLOCK) refuse_directory(directory, error);
  throw StoreUnusable("another broker already serves the data directory " + directory.string());
}

}  // namespace

void flush_directory(const fs::path& directory) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) refuse_directory(directory, errno);
  const int result = ::fsync(descriptor);
  const int error = errno;
  ::close(descriptor);
  if (result != 0) refuse_directory(directory, error);
}

DataDirectory::DataDirectory(const fs::path& path) : path_(made_directory(path)), lock_(locked_file(path_)) {
  try {
    // SQLite would make the file readable by everybody; made here first, it and its companions are the
    // owner's.
    const int database = open_or_create(database_path());
    if (database < 0) refuse_directory(path_, errno);
    ::close(database);
    flush_directory(path_);
  } catch (...) {
    ::close(lock_);
    throw;
  }
}

DataDirectory::~DataDirectory() { ::close(lock_); }

}  // namespace palabre::broker
