#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "client/events.hpp"

namespace palabre::terminal {

/// How far direct rooms have been read, so that what came while nobody looked is shown at the next chat. In a
/// file, one line a room: EPOCH ROOM SEQUENCE. A file that cannot be read or written costs no more than that.
class ReadMarks {
 public:
  /// Without a file nothing is kept.
  explicit ReadMarks(std::filesystem::path file = {});
  ~ReadMarks() { save(); }
  ReadMarks(const ReadMarks&) = delete;
  ReadMarks& operator=(const ReadMarks&) = delete;

  /// The last one that was read, 0 when none was.
  [[nodiscard]] Sequence last(const Epoch& epoch, const std::string& room) const;
  /// The message is on the screen.
  void note(const event::Message& message);
  /// The room goes on under another name.
  void rename(const std::string& before, const std::string& now);
  void save();

 private:
  struct Mark {
    Epoch epoch;
    Sequence last;
  };
  std::filesystem::path file_;
  std::map<std::string, Mark> marks_;
  bool has_changed_ = false;
};

}  // namespace palabre::terminal
