#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "client/kept_posts.hpp"

namespace palabre {

/// An outbox in a file of its own, so that it outlives its program. One program uses it at a time. What was
/// appended is there after the program was killed, and what a post rests on after the power failed, too.
/// Belongs to one thread at a time. Every failure is a std::runtime_error with a sentence.
class OutboxFile {
 public:
  /// Opens the file of `name`'s posts, or makes it.
  OutboxFile(std::filesystem::path path, const std::string& name);
  ~OutboxFile();
  OutboxFile(const OutboxFile&) = delete;
  OutboxFile& operator=(const OutboxFile&) = delete;

  [[nodiscard]] const KeptPosts& posts() const { return posts_; }
  /// Writes them down, and flushes what may not be forgotten: all but acknowledgements, because a post that
  /// is sent again is answered with the same one.
  void append(std::span<const KeptRecord> records);
  /// Its last program is done with it, and nobody else has it meanwhile.
  void remove();

 private:
  void open();
  void load(const std::string& name);
  void write_anew();
  [[nodiscard]] std::runtime_error failure(const std::string& what) const;

  std::filesystem::path path_;
  int descriptor_ = -1;
  std::size_t bytes_ = 0;
  std::size_t bytes_when_written_anew_ = 0;
  KeptPosts posts_;
};

}  // namespace palabre
