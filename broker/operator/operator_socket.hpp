#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "broker/threads/moment.hpp"

/// The Unix socket `operator.sock` of a data directory: who may read that directory's keys may speak there,
/// and nobody else.
namespace palabre::broker {

/// A descriptor of ours, closed with this object.
class OwnedDescriptor {
 public:
  explicit OwnedDescriptor(int descriptor = -1) : descriptor_(descriptor) {}
  ~OwnedDescriptor();
  OwnedDescriptor(OwnedDescriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  OwnedDescriptor& operator=(OwnedDescriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }

  [[nodiscard]] int get() const { return descriptor_; }
  explicit operator bool() const { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

using Deadline = Moment;

/// Listens in `data_dir`, in the place of a socket that a killed broker left: requires that no other broker
/// serves it. The file is its owner's alone (0600). Throws std::runtime_error with a sentence.
[[nodiscard]] OwnedDescriptor listen_for_operator(const std::filesystem::path& data_dir);
void stop_listening_for_operator(const std::filesystem::path& data_dir);
/// The next one who connected; nothing when nobody waits, or who does is neither the owner of this process
/// nor root.
[[nodiscard]] OwnedDescriptor accept_operator(const OwnedDescriptor& listening);

/// A connection to the broker that serves `data_dir`; nothing when none does. Throws std::runtime_error with
/// a sentence when it may not be spoken to.
[[nodiscard]] OwnedDescriptor connect_as_operator(const std::filesystem::path& data_dir);

/// Up to the first newline, without it. Nothing when the other side is slower than that, says more than
/// `bytes_max`, or hangs up first.
[[nodiscard]] std::optional<std::string> read_line(const OwnedDescriptor& from, std::size_t bytes_max,
                                                   Deadline deadline);
/// All until the other side hangs up, or the deadline.
[[nodiscard]] std::string read_to_end(const OwnedDescriptor& from, Deadline deadline);
/// False when the other side does not take it in time.
[[nodiscard]] bool write_all(const OwnedDescriptor& to, std::string_view text, Deadline deadline);

}  // namespace palabre::broker
