#include "client/outbox_file.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "client/outbox_codec.hpp"
#include "schema/limits.hpp"

namespace palabre {
namespace {

/// A file that grew by so much is written anew, without what is settled.
constexpr std::size_t kGrowthMax = 4 * 1024 * 1024;

RunId random_run() {
  std::uint64_t random = 0;
  randombytes_buf(&random, sizeof random);
  return {random % limits::kIntegerMax + 1};
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return false;
    bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
  }
  return true;
}

/// So that a file that was made, or took the place of another, is found after the power failed.
void flush_directory_of(const std::filesystem::path& path) {
  const auto directory = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

bool is_at(int descriptor, const std::filesystem::path& path) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(descriptor, &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

bool must_last(const KeptRecord& record) { return !std::holds_alternative<kept::Stored>(record); }

}  // namespace

OutboxFile::OutboxFile(std::filesystem::path path, const std::string& name) : path_(std::move(path)) {
  if (sodium_init() < 0) throw std::runtime_error("the system gives no random numbers");
  open();
  try {
    load(name);
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

OutboxFile::~OutboxFile() { ::close(descriptor_); }

std::runtime_error OutboxFile::failure(const std::string& what) const {
  return std::runtime_error("cannot " + what + " the outbox " + path_.string() + ": " +
                            std::generic_category().message(errno));
}

/// A program that writes its file anew puts another one in its place: the lock counts on the one that is
/// there.
void OutboxFile::open() {
  for (;;) {
    descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (descriptor_ < 0) throw failure("open");
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
      const bool is_locked = errno == EWOULDBLOCK;
      const auto error = is_locked ? std::runtime_error("the outbox " + path_.string() +
                                                        " is in use by another program that still runs")
                                   : failure("lock");
      ::close(descriptor_);
      throw error;
    }
    if (is_at(descriptor_, path_)) return;
    ::close(descriptor_);
  }
}

void OutboxFile::load(const std::string& name) {
  std::ifstream file(path_, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(file), {}};
  if (!file && !file.eof()) throw failure("read");
  if (auto decoded = decode_outbox(content)) {
    posts_ = std::move(decoded->posts);
    if (posts_.name != name) {
      throw std::runtime_error("the outbox " + path_.string() + " keeps messages of " + posts_.name);
    }
    bytes_ = bytes_when_written_anew_ = decoded->bytes;
    // What follows was not whole, so nothing rests on it.
    if (::ftruncate(descriptor_, static_cast<off_t>(bytes_)) != 0) throw failure("mend");
    return;
  }
  if (!content.empty()) throw std::runtime_error(path_.string() + " is no outbox of palabre");
  posts_.name = name;
  posts_.run = random_run();
  write_anew();
}

void OutboxFile::append(std::span<const KeptRecord> records) {
  std::string bytes;
  for (const auto& record : records) {
    bytes += encode_kept(record);
    posts_.apply(record);
  }
  if (!write_all(descriptor_, bytes)) throw failure("write");
  bytes_ += bytes.size();
  if (std::ranges::any_of(records, must_last) && ::fdatasync(descriptor_) != 0) throw failure("flush");
  if (bytes_ > bytes_when_written_anew_ + kGrowthMax) write_anew();
}

/// Beside the old one, whose place it takes when it is whole.
void OutboxFile::write_anew() {
  const auto draft = path_.string() + ".new";
  const auto bytes = encode_kept(posts_);
  const int descriptor = ::open(draft.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  if (descriptor < 0) throw failure("write");
  const bool is_written = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0 && write_all(descriptor, bytes) &&
                          ::fsync(descriptor) == 0 && ::rename(draft.c_str(), path_.c_str()) == 0;
  if (!is_written) {
    const auto error = failure("write");
    ::close(descriptor);
    throw error;
  }
  flush_directory_of(path_);
  ::close(std::exchange(descriptor_, descriptor));
  bytes_ = bytes_when_written_anew_ = bytes.size();
}

void OutboxFile::remove() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

}  // namespace palabre
