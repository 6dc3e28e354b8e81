#include "client/terminal/read_marks.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "schema/room_names.hpp"
#include "schema/secret_file.hpp"

namespace palabre::terminal {

ReadMarks::ReadMarks(std::filesystem::path file) : file_(std::move(file)) {
  std::ifstream stream(file_);
  for (std::string line; std::getline(stream, line);) {
    std::istringstream words(line);
    std::string room;
    Mark mark;
    if (words >> mark.epoch >> room >> mark.last.value) marks_[room] = mark;
  }
}

Sequence ReadMarks::last(const Epoch& epoch, const std::string& room) const {
  const auto found = marks_.find(room);
  return found == marks_.end() || found->second.epoch != epoch ? Sequence{} : found->second.last;
}

void ReadMarks::note(const event::Message& message) {
  if (room_kind(message.room) != RoomKind::direct || message.sequence <= last(message.epoch, message.room))
    return;
  marks_[message.room] = {message.epoch, message.sequence};
  has_changed_ = true;
}

void ReadMarks::rename(const std::string& before, const std::string& now) {
  const auto found = marks_.find(before);
  if (found == marks_.end()) return;
  marks_[now] = found->second;
  has_changed_ = true;
}

void ReadMarks::save() {
  if (file_.empty() || !std::exchange(has_changed_, false)) return;
  std::ostringstream content;
  for (const auto& [room, mark] : marks_)
    content << mark.epoch << ' ' << room << ' ' << mark.last.value << '\n';
  try {
    replace_file(file_, content.str());
  } catch (const std::runtime_error&) {
    // They are shown again.
  }
}

}  // namespace palabre::terminal
