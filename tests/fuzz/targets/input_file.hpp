#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "tests/fuzz/targets/target.hpp"

namespace palabre::fuzz {

/// A file in memory that holds the input, for what reads files only.
class InputFile {
 public:
  explicit InputFile(std::string_view input) : descriptor_(::memfd_create("input", MFD_CLOEXEC)) {
    demand(descriptor_ >= 0, "there is memory for a file");
    demand(::write(descriptor_, input.data(), input.size()) == static_cast<ssize_t>(input.size()),
           "the input fits in the file");
  }
  ~InputFile() { ::close(descriptor_); }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  [[nodiscard]] std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

}  // namespace palabre::fuzz
