#include "client/identity.hpp"

#include <pwd.h>
#include <sodium.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <stdexcept>

#include "schema/keys.hpp"
#include "schema/limits.hpp"
#include "schema/secret_file.hpp"
#include "schema/text.hpp"

namespace palabre {
namespace {

constexpr std::size_t kTokenBytes = 32;

std::string random_hexadecimal() {
  if (sodium_init() < 0) throw std::runtime_error("the system gives no random numbers");
  std::array<unsigned char, kTokenBytes> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  std::array<char, 2 * kTokenBytes + 1> text{};
  return sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
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
  auto token = kept_secret(path, random_hexadecimal);
  if (!is_token(token)) throw std::runtime_error(path.string() + " holds no token");
  return token;
}

std::string identity_key(const std::filesystem::path& directory, const std::string& name) {
  const auto path = directory / (name + ".key");
  auto key = kept_secret(path, [] { return text_of(make_key_pair().secret); });
  if (!read_key(key)) throw std::runtime_error(path.string() + " holds no key");
  return key;
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
