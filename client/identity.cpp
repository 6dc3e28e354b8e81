#include "client/identity.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <system_error>

#include "schema/limits.hpp"
#include "schema/text.hpp"

namespace palabre {
namespace {

constexpr std::size_t kTokenBytes = 32;

std::runtime_error failure(std::string_view what, const std::filesystem::path& path) {
  return std::runtime_error("cannot " + std::string(what) + " " + path.string() + ": " +
                            std::generic_category().message(errno));
}

std::string random_hexadecimal() {
  if (sodium_init() < 0) throw std::runtime_error("the system gives no random numbers");
  std::array<unsigned char, kTokenBytes> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  std::array<char, 2 * kTokenBytes + 1> text{};
  return sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
}

/// Nothing when there is no such file.
std::optional<std::string> read_token(const std::filesystem::path& path) {
  errno = 0;
  std::ifstream file(path);
  if (!file) {
    if (errno == ENOENT) return std::nullopt;
    throw failure("read", path);
  }
  std::string token;
  std::getline(file, token);
  if (!is_token(token)) throw std::runtime_error(path.string() + " holds no token");
  return token;
}

void write_new_file(const std::filesystem::path& path, const std::string& content) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) throw failure("make", path);
  const auto written = ::write(descriptor, content.data(), content.size());
  const bool is_flushed = written == static_cast<ssize_t>(content.size()) && ::fsync(descriptor) == 0;
  if (::close(descriptor) != 0 || !is_flushed) {
    const auto error = failure("write", path);
    ::unlink(path.c_str());
    throw error;
  }
}

void make_directory(const std::filesystem::path& directory) {
  std::filesystem::create_directories(directory.parent_path());
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) throw failure("make", directory);
}

/// A link is made whole or not at all, and never over an existing file: the first of several programs wins.
void make_token(const std::filesystem::path& path) {
  const auto draft = path.string() + "." + random_hexadecimal().substr(0, 16);
  write_new_file(draft, random_hexadecimal() + "\n");
  const int linked = ::link(draft.c_str(), path.c_str());
  const int error = errno;
  ::unlink(draft.c_str());
  errno = error;
  if (linked != 0 && error != EEXIST) throw failure("make", path);
}

constexpr char as_name_character(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  const bool is_kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  return is_kept ? c : '-';
}

}  // namespace

std::filesystem::path identities_directory() {
  const char* data = std::getenv("XDG_DATA_HOME");
  if (data != nullptr && *data == '/') return std::filesystem::path(data) / "palabre/identities";
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home != '\0')
    return std::filesystem::path(home) / ".local/share/palabre/identities";
  return {};
}

std::string identity_token(const std::filesystem::path& directory, const std::string& name) {
  const auto path = directory / (name + ".token");
  if (auto token = read_token(path)) return *token;
  make_directory(directory);
  make_token(path);
  if (auto token = read_token(path)) return *token;
  throw std::runtime_error(path.string() + " vanished while it was made");
}

std::string name_from_login(std::string_view login) {
  std::string name;
  for (const char c : login.substr(0, limits::kNameBytesMax)) name += as_name_character(c);
  if (name.size() >= limits::kNameBytesMin && is_name(name)) return name;
  return ("user-" + name).substr(0, limits::kNameBytesMax);
}

std::string login_name() {
  const passwd* user = ::getpwuid(::geteuid());
  if (user != nullptr) return name_from_login(user->pw_name);
  return name_from_login(std::to_string(::geteuid()));
}

}  // namespace palabre
