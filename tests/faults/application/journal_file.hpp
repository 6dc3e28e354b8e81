#pragma once

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "schema/ids.hpp"

namespace palabre::faults {

inline std::string field(std::string_view text) { return std::string(text); }
template <class Tag, class Representation>
std::string field(Number<Tag, Representation> number) {
  return std::to_string(number.value);
}

/// What one identity's application did and was told: a line each, its fields separated by tabs, as
/// tests/faults/journals.py reads them, and the moment last, in milliseconds of the clock that all processes
/// share and nobody sets. Every line is in the system's hands when write() returns, so that it
/// is there however the application ends. Belongs to one thread.
class JournalFile {
 public:
  explicit JournalFile(const std::filesystem::path& path)
      : descriptor_(open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) {
    if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), path.string());
  }
  ~JournalFile() { close(descriptor_); }
  JournalFile(const JournalFile&) = delete;
  JournalFile& operator=(const JournalFile&) = delete;

  template <class... Fields>
  void write(char kind, const Fields&... fields) {
    std::string line(1, kind);
    ((line += '\t', line += field(fields)), ...);
    const auto moment = std::chrono::steady_clock::now().time_since_epoch();
    line +=
        '\t' + std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(moment).count()) + '\n';
    if (::write(descriptor_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
      throw std::system_error(errno, std::generic_category(), "the application's journal");
    }
  }

 private:
  int descriptor_;
};

/// What stands for a text in the journal, so that it stays small: eight bytes of its BLAKE2b-128.
inline std::string digest_of(std::string_view text) {
  std::array<unsigned char, 16> digest{};
  crypto_generichash(digest.data(), digest.size(), reinterpret_cast<const unsigned char*>(text.data()),
                     text.size(), nullptr, 0);
  std::array<char, 17> digits{};
  sodium_bin2hex(digits.data(), digits.size(), digest.data(), 8);
  return digits.data();
}

}  // namespace palabre::faults
